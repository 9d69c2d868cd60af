"""Masked Prefect: the server and the worker are started through here, or not at all."""

from __future__ import annotations

from flows.runtime.logging_filter import install


def main() -> None:
    """Run a command of Prefect with this program's arguments.

    Raises:
        ConfigError: messages would not be masked.
    """
    install()
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()
