"""Reading labelled messages from a CSV file: the good rows, and the bad ones with line and reason."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from citybrain.base.errors import BadInput
from citybrain.hubs.intelligence.texts.types import Labelled, TrainingFile

LEAST_ROWS = 10  # of each label: with fewer, cross-validation has nothing to learn from


def read_labelled(path: Path, *, texts: Sequence[str], label: str, encoding: str = "utf-8-sig") -> TrainingFile:
    """Raises BadInput with `texts.file_unreadable`, `texts.columns_missing` or `texts.too_few`."""
    try:
        content = path.read_bytes()
        plain = gzip.decompress(content) if path.suffix == ".gz" else content
        reader = csv.DictReader(io.StringIO(plain.decode(encoding), newline=""))
        columns = list(reader.fieldnames or ())
    except (OSError, EOFError, UnicodeDecodeError, LookupError, csv.Error) as error:
        raise BadInput("texts.file_unreadable", file=str(path), why=str(error)) from error
    missing = [name for name in (*texts, label) if name not in columns]
    if missing:
        raise BadInput("texts.columns_missing", missing=", ".join(missing), columns=", ".join(columns))
    rows: list[Labelled] = []
    unreadable: list[tuple[int, str]] = []
    for number, row in enumerate(reader, start=1):
        parts = tuple((row.get(name) or "").strip() for name in texts)
        truth = (row.get(label) or "").strip()
        if not truth or not any(parts):
            unreadable.append((reader.line_num, "no label" if not truth else "no text"))
            continue
        rows.append(Labelled(number, parts, truth))
    check_enough(path, rows)
    return TrainingFile(path.name, hashlib.sha256(content).hexdigest(), tuple(rows), tuple(unreadable))


def check_enough(path: Path, rows: Sequence[Labelled]) -> None:
    counted = Counter(row.label for row in rows)
    rare = sorted(name for name, count in counted.items() if count < LEAST_ROWS)
    if len(counted) < 2 or rare:
        raise BadInput(
            "texts.too_few", file=str(path), labels=len(counted), least=LEAST_ROWS, rare=", ".join(rare) or "–"
        )
