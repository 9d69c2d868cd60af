"""The land software's database: loaded anew as a whole, joined by receipt number."""

from __future__ import annotations

import psycopg2

from demo.land import load_land
from tasks.warehouse.cluster import Cluster
from tests.demo.conftest import Province


def test_land_tables_hold_every_land_dossier(province: Province, warehouse: Cluster) -> None:
    url = warehouse.url("motcua")
    counts = load_land(province.out / "land", url)
    assert load_land(province.out / "land", url) == counts  # a second load replaces the first
    mine = [dossier for dossier in province.world.dossiers if dossier.land]
    assert counts["ho_so"] == len(mine)
    connection = psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql", 1))
    with connection, connection.cursor() as cursor:
        cursor.execute("select trang_thai_ket_thuc, count(*), count(ngay_ket_thuc) from ho_so group by 1")
        ended = {state: (count, with_end) for state, count, with_end in cursor.fetchall()}
        cursor.execute("select count(*) from tam_dung join ho_so using (so_bien_nhan)")
        assert cursor.fetchone() == (counts["tam_dung"],)
        cursor.execute("drop table ho_so, tam_dung")
    connection.close()
    assert ended[0][0] == ended[0][1] > 0  # results have an end
    assert ended[5][1] == 0  # what is in progress has none
    shown_open = [dossier for dossier in mine if dossier.cause == "ended_elsewhere"]
    assert shown_open
    assert all(dossier.land and dossier.land.ended and dossier.view.done is None for dossier in shown_open)
