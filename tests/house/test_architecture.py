"""The picture of the code is current, and what it shows has no circle of modules."""

from __future__ import annotations

from tests.house.picture import PICTURE, picture
from tests.house.rooms import circles, layers, module_circles, room_imports, without_shortcuts


def test_the_picture_is_drawn_from_this_code() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), (
        "docs/images/architecture.svg is stale: run `make docs` and commit it."
    )


def test_no_module_imports_itself_through_others() -> None:
    found = module_circles()
    assert not found, f"Move what both need to the lower one: {found}"


def test_a_shortcut_is_left_out_and_a_circle_is_not() -> None:
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": {"d"}, "d": {"c", "e"}, "e": set()}
    assert circles(graph) == [["c", "d"]]
    assert without_shortcuts(graph) == {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"c", "e"}, "e": set()}
    assert layers(graph) == [["a"], ["b"], ["c", "d"], ["e"]]


def test_no_room_imports_itself_through_others() -> None:
    found = circles(room_imports())
    assert not found, f"Bring what both need to whom they serve, or below both: {found}"


def test_every_room_lies_above_what_it_imports() -> None:
    graph = room_imports()
    level = {room: place for place, row in enumerate(layers(graph)) for room in row}
    joined = {frozenset(pair) for group in circles(graph) for pair in ((one, other) for one in group for other in group)}
    wrong = [
        (room, other) for room in graph for other in graph[room] if level[room] >= level[other] and {room, other} not in joined
    ]
    assert not wrong
