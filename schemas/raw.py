"""The landing layer: a receipt for every pull, its files, and the rejected records."""

from __future__ import annotations

from schemas.fields import PAGE_DIGEST, PAGE_POSITION, PULL_ID, SOURCE, count
from schemas.table import Field, Kind, NotNull, OneOf, Table

SHEET_STRIDE = 10_000_000  # a row of the second sheet of a workbook has this and its place as its position

PULLS = Table(
    schema="raw",
    name="pulls",
    description="A receipt for every pull of a source, failed ones too.",
    grain="pull",
    key=("pull_id",),
    fields=(
        PULL_ID,
        SOURCE,
        Field("started_at", Kind.INSTANT, "When the pull began.", (NotNull(),)),
        Field("ended_at", Kind.INSTANT, "When it ended, well or not."),
        Field("window_from", Kind.INSTANT, "Records modified from here were asked for; null asks for all."),
        Field("window_to", Kind.INSTANT, "Records modified before here were asked for."),
        Field(
            "state",
            Kind.TEXT,
            "running: begun; landed: every page is in the landing zone; loaded: and merged; unchanged: nothing new came; failed.",
            (NotNull(), OneOf(("running", "landed", "loaded", "unchanged", "failed"))),
        ),
        count("pages", "Landing files written or met again."),
        count("records", "Records in those files."),
        count("rejected", "Records that could not be used, kept in raw.rejected."),
        Field("lines", Kind.INTEGER, "Lines of its files, or rows of their sheets; null where it brought none."),
        Field("heading_lines", Kind.INTEGER, "Of these, titles and headings."),
        Field("blank_lines", Kind.INTEGER, "Of these, lines without a value."),
        Field("rejected_lines", Kind.INTEGER, "Of these, lines of rows that could not be used; all others were loaded."),
        Field("control_total", Kind.INTEGER, "Records in the window by the source's own count, where it tells one."),
        Field("source_total", Kind.INTEGER, "Records that the source held in all by its own count, where it was asked."),
        Field(
            "shrinkage_accepted",
            Kind.BOOLEAN,
            "Not a pull but an operator's word, that the source may hold fewer records than before.",
        ),
        Field("digest", Kind.TEXT, "SHA-256 over the digests of the pages, in order."),
        Field("error_class", Kind.TEXT, "Class of the error that ended the pull."),
        Field("error", Kind.TEXT, "Its message; holds no personal value."),
    ),
    indexes=(("source", "started_at"),),
)

WINDOWS = Table(
    schema="raw",
    name="windows",
    description="Windows of time that were asked of a source, by the last modification of its records; gaps are computed from those done.",
    grain="window asked",
    key=("window_id",),
    fields=(
        Field("window_id", Kind.TEXT, "Pull that began it and its number there.", (NotNull(),)),
        SOURCE,
        PULL_ID,
        Field("window_from", Kind.INSTANT, "Records modified from here were asked for; null asks from the beginning."),
        Field("window_to", Kind.INSTANT, "Records modified before here were asked for; null asks up to the newest."),
        Field(
            "state",
            Kind.TEXT,
            "running: begun, or left by a pull that died; failed: its pull ended with an error; refused: a gate did not accept it; done.",
            (NotNull(), OneOf(("running", "failed", "refused", "done"))),
        ),
        Field("mark", Kind.TEXT, "Where to go on after the last page recorded, in the adapter's own words."),
        count("pages", "Pages recorded."),
        count("records", "Records in those pages."),
        Field("control_total", Kind.INTEGER, "Records in the window by the source's own count, where it tells one."),
        Field("newest_at", Kind.INSTANT, "Latest modification met."),
        Field(
            "complete_to", Kind.INSTANT, "All that was modified before here, from window_from on, has landed; null until done."
        ),
        Field("started_at", Kind.INSTANT, "When it was first asked.", (NotNull(),)),
        Field("ended_at", Kind.INSTANT, "When its last attempt ended."),
        Field("error_class", Kind.TEXT, "Class of the error that ended its last attempt."),
    ),
    indexes=(("source", "state"),),
)

PAGES = Table(
    schema="raw",
    name="pages",
    description="Landing files: the bytes of the source exactly as they came, named by their digest.",
    grain="page of a source",
    key=("source", "page_digest"),
    fields=(
        SOURCE,
        PAGE_DIGEST,
        PULL_ID,
        Field("window_id", Kind.TEXT, "Window that brought it; it is loaded once that is done. Null in pulls without windows."),
        Field("met_in", Kind.TEXT, "Last pull in which the source gave these bytes.", (NotNull(),)),
        Field("number", Kind.INTEGER, "Place of the page in its pull, from 0.", (NotNull(),)),
        Field("name", Kind.TEXT, "What the source calls it: a file's name, a page's cursor.", (NotNull(),)),
        Field("media_type", Kind.TEXT, "What the bytes are: application/json, text/csv …", (NotNull(),)),
        count("bytes", "Length of the bytes as they came."),
        count("records", "Records read from it."),
        Field(
            "notes", Kind.TEXT, "What was odd in it when it was read, one thing a line: kind, about what, how often. No value."
        ),
        Field("loaded_at", Kind.INSTANT, "When its records were merged; null until then."),
        Field("purged_on", Kind.DATE, "Day on which its bytes were purged from the landing zone; null while they are kept."),
        Field("purge_rule", Kind.TEXT, "Rule by which they were (config/retention.yaml)."),
    ),
    indexes=(("pull_id",),),
)

MENTIONS = Table(
    schema="raw",
    name="mentions",
    description="Which pages speak of which dossier, where a source's records tell only what changed: a new page is read beside the earlier ones about its dossiers.",
    grain="page × dossier",
    key=("source", "code", "page_digest"),
    fields=(
        SOURCE,
        Field("code", Kind.TEXT, "Dossier code as the source's records are put together by it.", (NotNull(),)),
        PAGE_DIGEST,
    ),
    indexes=(("source", "page_digest"),),
)

REJECTED = Table(
    schema="raw",
    name="rejected",
    description="Records that could not be used, with the reason; their bytes stay in the landing file named here.",
    grain="record of a page",
    key=("source", "page_digest", "page_position"),
    fields=(
        SOURCE,
        PAGE_DIGEST,
        PAGE_POSITION,
        PULL_ID,
        Field("code", Kind.TEXT, "Dossier code as given, where one could be read."),
        Field("reason", Kind.TEXT, "Why: a code of the reject reasons (docs/tables.md lists them).", (NotNull(),)),
        Field("fields", Kind.TEXT, "Names of the fields at fault, space-separated; never their values."),
        Field("rejected_at", Kind.INSTANT, "When it was first refused.", (NotNull(),)),
    ),
    indexes=(("pull_id",),),
)
