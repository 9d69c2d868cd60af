"""Land software: a database of its own, joined by receipt number, with its own status integers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import psycopg2

from demo.calendar import moment_of
from demo.model import Dossier

# 0 result, 1 sent back, 2 withdrawn, 5 in progress, 9 waiting: the same integers mean other things at the desk.
PAUSE_KINDS = {"supplement": 1, "financial": 2, "posting": 3, "stop": 4}
_TABLES = {
    "ho_so": """so_bien_nhan text primary key, ma_ho_so_mot_cua text, ma_tthc text, don_vi text,
        ngay_tiep_nhan timestamp, ngay_hen_tra timestamp, ngay_ket_thuc timestamp,
        trang_thai_ket_thuc integer, cap_nhat timestamp not null""",
    "tam_dung": "so_bien_nhan text not null, loai integer not null, bat_dau timestamp not null, ket_thuc timestamp",
}


def write_land(dossiers: Sequence[Dossier], folder: Path) -> int:
    """Write the two tables as CSV; return the number of dossiers."""
    folder.mkdir(parents=True, exist_ok=True)
    mine = [dossier for dossier in dossiers if dossier.land is not None]
    _write(folder / "ho_so.csv", [_dossier(dossier) for dossier in mine])
    _write(folder / "tam_dung.csv", [row for dossier in mine for row in _pauses(dossier)])
    return len(mine)


def load_land(folder: Path, url: str) -> dict[str, int]:
    """Load the tables into PostgreSQL in one transaction, replacing what was there.

    Args:
        folder: where :func:`write_land` wrote.
        url: libpq URL or DSN; an SQLAlchemy driver suffix is dropped.

    Returns:
        Rows by table.
    """
    counts = {}
    connection = psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql", 1))
    try:
        with connection, connection.cursor() as cursor:
            for table, columns in _TABLES.items():
                cursor.execute(f"drop table if exists {table}; create table {table} ({columns})")
                with (folder / f"{table}.csv").open(encoding="utf-8") as file:
                    cursor.copy_expert(f"copy {table} from stdin with (format csv, header true)", file)
                counts[table] = cursor.rowcount
    finally:
        connection.close()
    return counts


def _dossier(dossier: Dossier) -> list[str]:
    row = dossier.land
    if row is None:
        raise ValueError(f"{dossier.code} is not in the land software")
    times = (row.received, row.due, row.ended)
    return [
        dossier.receipt_number,
        dossier.code,
        dossier.procedure,
        dossier.unit,
        *(_time(each) for each in times),
        str(row.state),
        _time(row.modified),
    ]


def _pauses(dossier: Dossier) -> list[list[str]]:
    pauses = dossier.land.pauses if dossier.land else []
    return [[dossier.receipt_number, str(PAUSE_KINDS[each.kind]), _time(each.start), _time(each.end)] for each in pauses]


def _time(minute: int | None) -> str:
    return "" if minute is None else f"{moment_of(minute):%Y-%m-%d %H:%M:%S}"


def _write(path: Path, rows: list[list[str]]) -> None:
    headings = [part.split()[0] for part in _TABLES[path.stem].split(",")]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8")
