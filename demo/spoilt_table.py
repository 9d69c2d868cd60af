"""Tables of a spoilt province's score: kinds against their targets, misjudged dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from demo.spoilt_score import Kind, Misjudged, Spoiling

_ROW = "{:<30}{:>9}{:>8}{:>9}{:>8}{:>11}"


def spoiling_text(score: Spoiling, examples: int) -> str:
    """Return the whole comparison as text, with so many misjudged dossiers of each kind."""
    return "\n".join(
        [*kind_lines(score.kinds.values()), "", *share_lines(score), "", *example_lines(score.misjudged, examples)]
    )


def kind_lines(kinds: Iterable[Kind]) -> Iterator[str]:
    """Return a line a kind, the worst first."""
    yield _ROW.format("kind", "dossiers", "right", "doubted", "wrong", "unfounded")
    for kind in sorted(kinds, key=lambda each: (-each.wrong, -each.doubted, each.name)):
        yield _ROW.format(kind.name, kind.dossiers, kind.right, kind.doubted, kind.wrong, kind.unfounded)


def share_lines(score: Spoiling) -> Iterator[str]:
    """Return the shares, what was said without evidence, and whether the interval holds the truth."""
    for name, (hit, of) in sorted(score.shares.items()):
        yield f"{name:<24}{hit / of if of else 0:8.3f}   {hit} of {of}"
    yield f"accused without evidence: {score.unfounded}"
    yield f"verdicts about dossiers that do not exist: {len(score.extra)}  {', '.join(score.extra[:8])}"
    word = "inside" if score.inside else "OUTSIDE"
    yield f"true on-time rate {score.true_rate:.2%} lies {word} {score.lower:.2%} to {score.upper:.2%}"


def example_lines(misjudged: Iterable[Misjudged], most: int) -> Iterator[str]:
    """Return so many misjudged dossiers of each kind: what may be said of it, and what was said."""
    named: dict[str, list[Misjudged]] = {}
    for one in sorted(misjudged, key=lambda each: (each.kind, each.found == "undetermined", each.code)):
        named.setdefault(one.kind, []).append(one)
    for many in named.values():
        for one in many[:most]:
            yield f"{one.kind}: {one.source} {one.code} may be {one.accepts}, judged {one.found} [{one.why}]"
