"""How many audit records a second are sealed, against bare SM3 over the same texts.

`python bench/audit.py [--records 200000] [--postgres]`. Records are written in transactions of a hundred, as acts of
people write them, then sealed in blocks: read in their order, put into words, hashed into the chain, the head signed
with SM2, the block stored. The limit hashes the same texts one after the other with OpenSSL's SM3 and does nothing
else. They take turns.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]


def write(records: int) -> float:
    from django.db import transaction

    from citybrain.base import audit

    began = time.perf_counter()
    for begin in range(0, records, 100):
        with transaction.atomic():
            for number in range(begin, min(begin + 100, records)):
                audit.record(
                    audit.SYSTEM, "case.returned", kind="case", key=f"AJ20260302{number:05d}", state="to_dispatch",
                    organisation="urban-fancheng", reason="属供电公司管养,请转派",
                )  # fmt: skip
    return records / (time.perf_counter() - began)


def seal() -> float:
    from citybrain.base.audit.models import Block
    from citybrain.base.audit.sealing import seal_all

    before = _total(Block)
    began = time.perf_counter()
    seal_all()
    return (_total(Block) - before) / (time.perf_counter() - began)


def _total(blocks: type) -> int:
    newest = blocks.objects.order_by("-number").values_list("total", flat=True).first()
    return int(newest or 0)


def bare(records: int) -> float:
    from citybrain.base.audit.chain import record_text
    from citybrain.base.audit.models import Record
    from citybrain.base.audit.rows import rows_with

    newest = list(Record.objects.order_by("-pk").values_list("pk", flat=True)[:records])
    texts = [record_text(row).encode() for row in rows_with(newest).values()]
    last = b"\0" * 32
    began = time.perf_counter()
    for text in texts:
        last = hashlib.new("sm3", last + text).digest()
    return len(texts) / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.postgres and not os.environ.get("CITYBRAIN_DATABASE_URL"):
        command = [sys.executable, str(ROOT / "tests" / "with_postgres.py"), sys.executable, *sys.argv]
        return subprocess.run(command).returncode
    data = Path(tempfile.mkdtemp(prefix="citybrain-bench-"))
    os.environ |= {"CITYBRAIN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "citybrain.site.settings"}
    try:
        from citybrain.site.start import set_up

        set_up(data)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        each = options.records // options.rounds
        rows = [(write(each), seal(), bare(each)) for _ in range(options.rounds)]
    finally:
        shutil.rmtree(data, ignore_errors=True)
    written, sealed, limit = (statistics.median(column) for column in zip(*rows, strict=True))
    database = "postgresql" if options.postgres else "sqlite"
    print(json.dumps({
        "bench": f"audit.{database}", "value": round(sealed), "unit": "records/s", "limit": round(limit),
        "ratio": round(sealed / limit, 3), "goal": round(written / limit, 3),
        "how": f"{options.records:,} records, {options.rounds} rounds in turns; limit: SM3 alone over the texts;"
               " goal: as quick as they are written",
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
