"""Is a mapping right, and does it fit these files? Everything wrong is told at once, with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from citybrain.base.errors import BadInput, FieldError
from citybrain.lab.replay.documents import Document, Place
from citybrain.lab.replay.mapping import ReadingsMapping, SignalsMapping, TimeOf
from citybrain.lab.replay.rows import Table
from citybrain.lab.replay.signals import PLACEHOLDER

Named = Iterator[tuple[Place, str]]


def open_tables(mapping: ReadingsMapping | SignalsMapping, document: Document, files: Sequence[Path]) -> list[Table]:
    """The files as tables whose columns are all there.

    Raises BadInput `replay.file_unreadable`, or `replay.mapping_wrong` with each column that a file does not have.
    """
    tables = [Table(path, mapping.file, mapping.rows) for path in files]
    wrong = []
    for table in tables:
        for place, name in named_columns(mapping):
            if name not in table.columns:
                why = f"{table.path.name} has no column {name!r}; it has: {', '.join(table.columns[:40])}"
                wrong.append(FieldError(document.where(place), "input.schema", {"why": why}))
    if wrong:
        raise BadInput("replay.mapping_wrong", file=str(document.path), fields=tuple(wrong))
    return tables


def named_columns(mapping: ReadingsMapping | SignalsMapping) -> Named:
    """Every column that a mapping names, with the place where it does."""
    yield from _time_columns(("time",), mapping.time)
    yield from ((("rows", number, "column"), where.column) for number, where in enumerate(mapping.rows))
    if isinstance(mapping, ReadingsMapping):
        yield from _reading_columns(mapping)
    else:
        yield from _signal_columns(mapping)
        yield from _evaluation_columns(mapping)


def _time_columns(place: Place, how: TimeOf) -> Named:
    for name in how.named():
        yield (*place, "columns" if how.columns else "column"), name


def _reading_columns(mapping: ReadingsMapping) -> Named:
    if mapping.thing:
        yield ("thing",), mapping.thing
    yield from ((("readings", name), name) for name in mapping.readings)
    if mapping.long:
        yield ("long", "property"), mapping.long.property
        yield ("long", "value"), mapping.long.value


def _signal_columns(mapping: SignalsMapping) -> Named:
    how = mapping.signals
    yield from ((("signals", "id", number), name) for number, name in enumerate(how.id))
    for part in ("subject", "text", "address"):
        yield from ((("signals", part), name) for name in PLACEHOLDER.findall(getattr(how, part)))
    if how.type:
        yield ("signals", "type", "column"), how.type.column
    if how.point:
        yield ("signals", "point", "lon"), how.point.lon
        yield ("signals", "point", "lat"), how.point.lat
    closing = how.closing
    if closing:
        yield from _time_columns(("signals", "closing", "time"), closing.time)
        if closing.when:
            yield ("signals", "closing", "when", "column"), closing.when.column
        if closing.outcome:
            yield ("signals", "closing", "outcome"), closing.outcome


def _evaluation_columns(mapping: SignalsMapping) -> Named:
    how = mapping.evaluation
    if how.duplicate:
        yield ("evaluation", "duplicate", "column"), how.duplicate.column
    if how.due:
        yield from _time_columns(("evaluation", "due"), how.due)
    if how.label:
        yield ("evaluation", "label"), how.label
