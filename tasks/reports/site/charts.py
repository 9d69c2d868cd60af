"""Chart of the page as a Vega-Lite specification, with Vega-Lite itself embedded."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from config.atomic_files import write_whole_file

RECORDED, CLEANED, BAND = "#8a8f98", "#12806a", "#3bb79c"  # legible on white and on black
_MONTH = "substring(datum.value, 5, 7) + '/' + substring(datum.value, 2, 4)"


def trend(words: dict[str, str]) -> dict[str, Any]:
    """Return the on-time rate by month: as recorded, after cleaning, and the interval of the undetermined.

    Args:
        words: titles in one language: recorded, cleaned, interval, rate, month.

    The data are given later, under the name ``months``: month (YYYY-MM), recorded, cleaned, lower, upper
    and shown texts of the same. The page swaps them when an agency is chosen.
    """
    base = alt.Chart(alt.NamedData(name="months")).encode(
        x=alt.X("month:O", title=None, axis=alt.Axis(labelExpr=_MONTH, labelOverlap=True, labelAngle=0, ticks=False))
    )
    scale = alt.Scale(zero=False, nice=True, padding=6)
    axis = alt.Axis(title=None, tickCount=5, labelExpr="datum.label + ' %'", domain=False, ticks=False)
    band = base.mark_area(color=BAND, opacity=0.28, interpolate="monotone").encode(
        y=alt.Y("lower:Q", scale=scale, axis=axis), y2="upper:Q"
    )
    tooltip = [alt.Tooltip(f"{name}_text:N", title=words[name]) for name in ("recorded", "cleaned", "interval")]
    tooltip.insert(0, alt.Tooltip("month:O", title=words["month"]))
    lines = [
        _line(base, name, colour, dash, tooltip)
        for name, colour, dash in (("recorded", RECORDED, [5, 4]), ("cleaned", CLEANED, [1, 0]))
    ]
    chart = alt.layer(band, *lines).properties(width="container", height=300)
    specification: dict[str, Any] = chart.to_dict()
    return specification


def _line(base: alt.Chart, name: str, colour: str, dash: list[int], tooltip: list[alt.Tooltip]) -> alt.Chart:
    line: alt.Chart = base.mark_line(
        color=colour,
        strokeWidth=2.5,
        strokeDash=dash,
        interpolate="monotone",
        point=alt.OverlayMarkDef(color=colour, size=34, filled=True),
    ).encode(y=alt.Y(f"{name}:Q", scale=alt.Scale(zero=False, nice=True)), tooltip=tooltip)
    return line


def library(cache: Path) -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script; bundled once a version into a folder, because that takes seconds."""
    kept = cache / f"vega-{version('vl-convert-python')}-{alt.SCHEMA_VERSION}.js"
    if not kept.exists():
        # Without a snippet it is the libraries alone; its type stub does not know.
        _write(kept, vl_convert.javascript_bundle(None, vl_version=_vega_lite()))  # type: ignore[arg-type]
    return kept.read_text(encoding="utf-8")


def _vega_lite() -> str:
    major, minor, *_ = alt.SCHEMA_VERSION.lstrip("v").split(".")
    return f"{major}.{minor}"


def _write(path: Path, text: str) -> None:
    """Write a file so that a reader or a second writer meets it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole_file(path, text.encode())
