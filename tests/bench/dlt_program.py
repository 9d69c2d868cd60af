"""What somebody would write with `dlt` to bring the same lists into PostgreSQL: its REST source, and its merge by key."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from typing import Any

import dlt
import requests
from dlt.destinations import postgres
from dlt.sources.rest_api import rest_api_resources


def main(address: str, database: dict[str, Any], size: int) -> float:
    """Load the dossiers with their nested lists; return the seconds it took."""
    login = requests.post(
        f"{address}/login",
        json={"username": "motcua", "password": "province-H99"},
        headers={"dstcode": "000.00.00.H99"},
        timeout=60,
    )
    question = {
        "session": login.json()["session"],
        "madonvi": "H99",
        "service": "LayDanhSachHoSo",
        "isUpdating": "False",
        "data": {"tuThoiDiem": "", "denThoiDiem": "", "trang": 1, "soBanGhi": size},
    }
    pages = {"type": "page_number", "base_page": 1, "page_body_path": "data.trang", "total_path": "soTrang"}
    endpoint = {"path": "service", "method": "POST", "json": question, "data_selector": "result", "paginator": pages}
    dossiers = {"name": "dossiers", "primary_key": "MaHoSo", "write_disposition": "merge", "endpoint": endpoint}
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench", destination=postgres(credentials=database), dataset_name="bench_dlt", pipelines_dir=folder, progress=None
        )
        began = time.perf_counter()
        pipeline.run(rest_api_resources({"client": {"base_url": address}, "resources": [dossiers]}))
        return time.perf_counter() - began


if __name__ == "__main__":
    print(main(**json.loads(sys.argv[1])))
