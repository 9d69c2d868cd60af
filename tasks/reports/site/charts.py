"""Chart of the page as a Vega-Lite specification, with Vega-Lite itself embedded."""

from __future__ import annotations

from typing import Any

import altair as alt
import vl_convert

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


def library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script; that takes seconds."""
    major, minor, *_ = alt.SCHEMA_VERSION.lstrip("v").split(".")
    # Without a snippet it is the libraries alone; its type stub does not know.
    return str(vl_convert.javascript_bundle(None, vl_version=f"{major}.{minor}"))  # type: ignore[arg-type]
