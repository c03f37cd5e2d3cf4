"""The whole chain as one file that anybody can check with `scripts/verify_audit.py` and nothing else.

JSON lines: a head with the public keys; for each block its records, as the very texts that were hashed, and its seal;
an end that says how many there are, signed, so that a file cut short shows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from citybrain.base import clock
from citybrain.base.audit.chain import FORMAT, GENESIS, moment, record_text, unpack_links
from citybrain.base.audit.models import SealKey
from citybrain.base.audit.proving import seal_of
from citybrain.base.audit.rows import rows_with
from citybrain.base.audit.sealing import seal_all
from citybrain.base.audit.verifying import all_blocks
from citybrain.base.crypto import signing_key


def export(path: Path) -> tuple[int, int]:
    """Seal what is settled and write everything sealed to `path`; returns the numbers of blocks and records.

    The file appears whole or not at all.
    """
    seal_all()
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        counts = _write(file)
    part.replace(path)
    return counts


def _write(file: TextIO) -> tuple[int, int]:
    exported_at, key = moment(clock.wall_now()), signing_key()
    keys = {row.id: row.public for row in SealKey.objects.all()} | {key.id: key.public.hex()}
    _line(file, {"format": FORMAT, "exported_at": exported_at, "genesis": GENESIS, "keys": keys})
    blocks, records, head = 0, 0, GENESIS
    for block in all_blocks():
        ids = [number for number, _ in unpack_links(bytes(block.links))]
        rows = rows_with(ids)
        for one in ids:
            if one in rows:  # a record that was deleted is not invented: whoever checks the file finds it missing
                file.write(record_text(rows[one]) + "\n")
        _line(file, {"block": seal_of(block)})
        blocks, records, head = blocks + 1, records + len(ids), block.head
    signature = key.sign(end_text(blocks, records, head, exported_at)).hex()
    end = {"blocks": blocks, "records": records, "head": head, "exported_at": exported_at, "key": key.id}
    _line(file, {"end": {**end, "signature": signature}})
    return blocks, records


def end_text(blocks: int, records: int, head: str, exported_at: str) -> bytes:
    return f"{FORMAT} end\n{blocks}\n{records}\n{head}\n{exported_at}\n".encode()


def _line(file: TextIO, value: Any) -> None:
    file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
