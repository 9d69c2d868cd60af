"""Reading of YAML files into strict models, with errors that name file and key."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from config.errors import ConfigError
from config.language import Bilingual, bilingual
from config.model_errors import faults

Model = TypeVar("Model", bound=BaseModel)
_LARGEST = 1_000_000  # bytes; a larger file is not a configuration


class _UniqueKeys(yaml.CSafeLoader):  # type: ignore[misc]
    """A safe loader, eight times as fast as the one in Python, that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                name, line = key.value, key.start_mark.line + 1
                raise yaml.YAMLError(
                    Bilingual(f"khóa {name!r} ghi hai lần (dòng {line})", f"key {name!r} is given twice (line {line})")
                )
            seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def read_yaml(path: Path) -> Any:
    """Read one YAML file.

    Raises:
        ConfigError: it is missing, too large, or not YAML.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(
                str(path.name), Bilingual(f"tệp lớn hơn {_LARGEST} byte", f"the file is larger than {_LARGEST} bytes")
            )
        text = path.read_text(encoding="utf-8")
        # Aliases are how a small file grows huge.
        if any(isinstance(event, yaml.events.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            fact = Bilingual("không đọc được: không dùng được bí danh (&, *)", "cannot be read: aliases are not allowed")
            raise ConfigError(path.name, fact)
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        fact = _unreadable(error)
        raise ConfigError(str(path.name), Bilingual(f"không đọc được: {fact.vi}", f"cannot be read: {fact.en}")) from None


def _unreadable(error: Exception) -> Bilingual:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        line, problem = mark.line + 1, getattr(error, "problem", None) or type(error).__name__
        return Bilingual(f"dòng {line} không đúng dạng YAML ({problem})", f"line {line} is no YAML ({problem})")
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return Bilingual(f"hệ thống báo {reason}", f"the system says {reason}")
    return bilingual(error).apply(lambda text: " ".join(text.split()))


def read_model(path: Path, model: type[Model]) -> Model:
    """Read one YAML file into a model.

    Raises:
        ConfigError: a key is unknown, missing or of the wrong kind; every such key is named.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(path.name, Bilingual("không có khóa nào", "holds no keys"), ", ".join(model.model_fields))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError(path.name, faults(error, Bilingual("tệp", "file")), ", ".join(model.model_fields)) from None


def read_yaml_files(directory: Path, model: type[Model], name_key: str) -> dict[str, Model]:
    """Read all files of a folder by the name they give themselves; ``example-*`` is passed over.

    Raises:
        ConfigError: a file does not follow the model, or its name is not that of the file.
    """
    found: dict[str, Model] = {}
    for path in sorted(directory.glob("*.yaml")):
        if path.name.startswith("example-"):
            continue
        read = read_model(path, model)
        name = getattr(read, name_key)
        if name != path.stem:
            raise ConfigError(path.name, Bilingual(f"{name_key} là {name!r}", f"{name_key} is {name!r}"), repr(path.stem))
        found[name] = read
    return found
