"""Small Parquet files for the reader's tests: test/golden/files/*.parquet, by pyarrow.

Environment: Python 3.11 with pyarrow==26.0.1. Every file holds the rows of rows.json in another compression.
"""

import json
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

OUT = Path(__file__).parents[2] / "test/golden/files"
OUT.mkdir(parents=True, exist_ok=True)

rows = [
    {
        "id": i,
        "problem": f"What is {i} + ½?",
        "answer": None if i == 2 else f"{i}.5",
        "kwargs": [{"n": i, "word": None}, {"n": None, "word": "tide"}],
        "when": datetime(2024, 8, 1 + i, 12, tzinfo=timezone.utc),
        "ok": i % 2 == 0,
        "big": 2**60 + i,
    }
    for i in range(5)
]
for compression in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(
        pa.Table.from_pylist(rows), OUT / f"{compression}.parquet", compression=compression
    )
plain = [
    {**row, "when": row["when"].strftime("%Y-%m-%dT%H:%M:%S.000Z"), "big": str(row["big"])}
    for row in rows
]
(OUT / "rows.json").write_text(json.dumps({"pyarrow": pa.__version__, "rows": plain}, indent=1) + "\n")
