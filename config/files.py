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
_DEEPEST = 50  # keys and lists inside one another; libyaml takes minutes for some hundred thousand
# What the constructors of PyYAML raise at a value that is not what its form or its tag says: 2026-13-45, !!int x, !!bool 7.
_NO_VALUE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class _UniqueKeys(yaml.CSafeLoader):  # type: ignore[misc]
    """A safe loader, eight times as fast as the one in Python, that refuses a key given twice."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except _NO_VALUE:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(
                Bilingual(f"giá trị ở dòng {line} không đúng dạng của nó", f"the value in line {line} is not of its form")
            ) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                raise yaml.YAMLError(Bilingual(f"khóa ở dòng {line} không phải chữ", f"the key in line {line} is no text"))
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
        ConfigError: it is missing, too large, nested too deeply, or not YAML.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(
                str(path.name), Bilingual(f"tệp lớn hơn {_LARGEST} byte", f"the file is larger than {_LARGEST} bytes")
            )
        text = path.read_text(encoding="utf-8")
        _refuse_bombs(text)
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader  # nosec B506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        fact = _unreadable(error)
        raise ConfigError(str(path.name), Bilingual(f"không đọc được: {fact.vi}", f"cannot be read: {fact.en}")) from None


def _refuse_bombs(text: str) -> None:
    """Refuse what makes a small file cost much, as far as it is met before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.events.AliasEvent):
            raise yaml.YAMLError(Bilingual("không dùng được bí danh (&, *)", "aliases are not allowed"))
        depth += isinstance(event, yaml.events.CollectionStartEvent) - isinstance(event, yaml.events.CollectionEndEvent)
        if depth > _DEEPEST:
            line = event.start_mark.line + 1
            raise yaml.YAMLError(
                Bilingual(f"dòng {line} lồng hơn {_DEEPEST} tầng", f"line {line} is nested more than {_DEEPEST} levels deep")
            )


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
