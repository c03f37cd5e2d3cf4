"""Which facts there are: a closed, typed list. Every app declares its own in a `facts.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from citybrain.base.bus.discovery import import_all
from citybrain.hubs.data.facts.types import External, FactTable, Reference, Tally, View

Entry = FactTable | Reference | External | View


@dataclass
class Registry:
    entries: dict[str, Entry] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def tables(self) -> list[FactTable]:
        return [one for _, one in sorted(self.entries.items()) if isinstance(one, FactTable)]

    def references(self) -> list[Reference]:
        return [one for _, one in sorted(self.entries.items()) if isinstance(one, Reference)]

    def externals(self) -> list[External]:
        return [one for _, one in sorted(self.entries.items()) if isinstance(one, External)]

    def names(self) -> list[str]:
        """Every name that SQL may read from."""
        return sorted([*self.entries, *(one.history for one in self.references())])


_registry = Registry()
_replacement: Registry | None = None


def declare(*entries: Entry | Tally) -> None:
    """Make tables, views and tallies known; raises ValueError when a name is already taken by another."""
    for one in entries:
        kept: dict[str, Tally] | dict[str, Entry]
        kept = _registry.tallies if isinstance(one, Tally) else _registry.entries
        if kept.get(one.name, one) is not one:
            raise ValueError(f"the fact {one.name} is declared twice")
        kept[one.name] = one  # type: ignore[assignment]  # each kind goes to its own dict


def facts() -> Registry:
    """Everything declared; imports every app's `facts.py` first."""
    if _replacement is not None:
        return _replacement
    import_all("facts")
    return _registry


@contextmanager
def only(wanted: Registry) -> Iterator[Registry]:
    """For tests: these facts and no others."""
    global _replacement
    before, _replacement = _replacement, wanted
    try:
        yield wanted
    finally:
        _replacement = before
