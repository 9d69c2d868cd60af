"""Keys of a source file, from its models: what docs/sources.md has to say about each, with an example taken from that page.

`make docs` writes the tables between the page's marks; a house test fails where a key has no sentence or no example.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.sources import Source
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "sources.md"
_BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_TABLE = re.compile(r"(<!-- keys of (?P<path>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_FILLED_IN = {"name"}  # by the loader, from the file's name
_LONGEST = 76  # characters of an example in a cell; a longer one is looked up in the page

Keys = dict[str, tuple[type[BaseModel], str, FieldInfo]]


def keys(model: type[BaseModel] = Source, path: str = "") -> Keys:
    """Return every key that a source file may have, by its path (``rest.listing.path``), with its model, name and field."""
    found: Keys = {}
    for name, field in model.model_fields.items():
        if not path and name in _FILLED_IN:
            continue
        found[f"{path}{name}"] = (model, name, field)
        for inner in _models(field.annotation):
            if inner.__name__ != "FromEnvironment":
                found |= keys(inner, f"{path}{name}.")
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType):
        for inner in get_args(annotation):
            yield from _models(inner)


def sentence(model: type[BaseModel], name: str) -> str:
    """Return what the model's docstring says of a field; empty where it says nothing."""
    lines = re.sub(r"\n {8,}(?=\S)", " ", inspect.getdoc(model) or "").splitlines()
    for line in lines:
        names, colon, text = line.strip().partition(": ")
        if colon and name in names.split(", "):
            return text
    return ""


def examples(text: str) -> list[dict[str, Any]]:
    """Return the source files that the page shows, as mappings."""
    shown = (yaml.safe_load(block) for block in _BLOCK.findall(text))
    return [one for one in shown if isinstance(one, dict) and "profile" in one]


def value_at(shown: Mapping[str, Any], path: str) -> Any:
    """Return the value under a dotted path; None where a part of it is lacking."""
    found: Any = shown
    for part in path.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def example(text: str, path: str) -> Any:
    """Return the first value that the page's source files show for a key; None where none does."""
    return next((value for shown in examples(text) if (value := value_at(shown, path)) is not None), None)


def table(text: str, section: str) -> str:
    """Return the table of a section: of the file itself (``file``), or of one of its parts such as ``rest.listing``."""
    prefix = "" if section == "file" else f"{section}."
    lines = ["| key | values | when left out | what it says | example |", "|---|---|---|---|---|"]
    for path, (model, name, field) in keys().items():
        if path.startswith(prefix) and "." not in path.removeprefix(prefix):
            cells = (f"`{name}`", _values(field), _default(field), sentence(model, name), _shown(example(text, path)))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """Return the page with its tables as the models have them."""
    return _TABLE.sub(lambda found: found[1] + table(text, found["path"]) + found[3], text)


def sections(text: str) -> list[str]:
    """Name the parts of a source file that the page has a table of."""
    return [found["path"] for found in _TABLE.finditer(text)]


def _values(field: FieldInfo) -> str:
    names = [f"`{value}`" for value in field.examples or ()]
    for part in () if names else _parts(field.annotation):
        if get_origin(part) is Literal:
            names += [f"`{value}`" for value in get_args(part)]
        elif part is not type(None):
            names.append(_KINDS.get(part) or ("section" if any(_models(part)) else _container(part)))
    return ", ".join(dict.fromkeys(names))


def _parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _container(annotation: Any) -> str:
    if getattr(annotation, "__name__", "") == "FromEnvironment":
        return "`{env: NAME}`"
    return {dict: "map", tuple: "list"}.get(get_origin(annotation) or annotation, "text")


_KINDS: dict[Any, str] = {
    int: "whole number",
    float: "number",
    bool: "`true`, `false`",
    str: "text",
    Path: "path",
}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value == "" or isinstance(value, BaseModel):
        return ""
    return _shown(list(value) if isinstance(value, tuple) else value) if value not in ((), {}) else ""


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    text = text.removesuffix("\n...\n").strip()
    return f"`{text}`" if len(text) <= _LONGEST else "in the examples below"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
