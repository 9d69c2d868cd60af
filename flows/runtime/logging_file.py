"""Logging of Prefect with every handler masked, written anew at each start.

So no file can be missing or older. Where Prefect finds no such file it takes its own set-up without a word, and nothing
would be masked.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual

CONTENT = """\
# Prefect's own set-up of logging with two things changed. The filter `masking` is on every handler, so that what looks like a
# personal value reaches neither the terminal nor the server's database. And Prefect's machinery speaks on the terminal as the
# others do, so that a command that speaks for itself there can have it silent.
version: 1
disable_existing_loggers: False

formatters:
  standard:
    (): prefect.logging.formatters.PrefectFormatter
    format: "%(asctime)s.%(msecs)03d | %(levelname)-7s | %(name)s - %(message)s"
    flow_run_fmt: "%(asctime)s.%(msecs)03d | %(levelname)-7s | Flow run %(flow_run_name)r - %(message)s"
    task_run_fmt: "%(asctime)s.%(msecs)03d | %(levelname)-7s | Task run %(task_run_name)r - %(message)s"
    datefmt: "%H:%M:%S"

filters:
  masking:
    (): flows.runtime.logging_filter.Masking

handlers:
  console:
    level: 0
    class: prefect.logging.handlers.PrefectConsoleHandler
    formatter: standard
    filters: [masking]
    stream: ext://sys.stderr
    styles:
      log.web_url: bright_blue
      log.local_url: bright_blue
      log.info_level: cyan
      log.warning_level: yellow3
      log.error_level: red3
      log.critical_level: bright_red
      log.completed_state: green
      log.cancelled_state: yellow3
      log.failed_state: red3
      log.crashed_state: bright_red
      log.flow_run_name: magenta
      log.flow_name: bold magenta
  api:
    level: 0
    class: prefect.logging.handlers.APILogHandler
    filters: [masking]
  worker_api:
    level: 0
    class: prefect.logging.handlers.WorkerAPILogHandler
    filters: [masking]

loggers:
  prefect:
    level: "${PREFECT_LOGGING_LEVEL}"
  prefect.extra:
    level: "${PREFECT_LOGGING_LEVEL}"
    handlers: [api]
    propagate: false
  prefect.flow_runs:
    level: NOTSET
    handlers: [api]
  prefect.task_runs:
    level: NOTSET
    handlers: [api]
  prefect.workers:
    level: NOTSET
    handlers: [worker_api]
  prefect.server:
    level: "${PREFECT_SERVER_LOGGING_LEVEL}"
  prefect.client:
    level: "${PREFECT_LOGGING_LEVEL}"
  prefect.infrastructure:
    level: "${PREFECT_LOGGING_LEVEL}"
  prefect._internal:
    level: "${PREFECT_INTERNAL_LOGGING_LEVEL}"
    propagate: false
    handlers: [console]
  uvicorn:
    level: "${PREFECT_SERVER_LOGGING_LEVEL}"
    handlers: [console]
    propagate: false
  fastapi:
    level: "${PREFECT_SERVER_LOGGING_LEVEL}"
    handlers: [console]
    propagate: false

root:
  level: WARNING
  handlers: [console]
"""


def keep(path: Path) -> None:
    """Have the file say what it should; it is written beside and moved, for another process may be reading it.

    Raises:
        ConfigError: it cannot be written; nothing may be started, for its messages would not be masked.
    """
    try:
        if path.is_file() and path.read_text(encoding="utf-8") == CONTENT:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        draft.write_text(CONTENT, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        fact = Bilingual(
            f"không ghi được ({type(error).__name__}), mà thiếu tệp này thì nhật ký không được che",
            f"cannot be written ({type(error).__name__}), and without it nothing that is logged would be masked",
        )
        raise ConfigError(
            str(path), fact, Bilingual("một thư mục mà motcua ghi được", "a folder that motcua may write to")
        ) from None
