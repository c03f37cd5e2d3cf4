"""A report as people read it: the headline figures in a table, the rest by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SKIPPED = frozenset({"replay", "title", "files", "unsupported_examples", "missed_examples", "examples"})
WIDEST = 40


def print_report(report: Mapping[str, Any]) -> None:
    print(f"\n{report['title'].get('en') or report['replay']}")  # noqa: T201  # this is what the command says
    for name, value in lines_of(report):
        print(f"  {name:<{WIDEST}} {value}")  # noqa: T201


def lines_of(report: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and value of each figure, nested names joined by a dot."""
    for key, value in report.items():
        name = f"{prefix}{key}".replace("_", " ")
        if key in SKIPPED or value in (None, {}, []):
            continue
        if isinstance(value, Mapping):
            if all(isinstance(one, int | float | str) for one in value.values()):
                yield name, ", ".join(f"{word or '–'} {_plain(one)}" for word, one in list(value.items())[:12])
            else:
                yield from lines_of(value, f"{prefix}{key}: ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield name, f"{len(value)} entries"
        else:
            yield name, " – ".join(map(str, value)) if isinstance(value, list) else _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
