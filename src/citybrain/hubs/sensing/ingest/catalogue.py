"""The things snapshot as lookup tables: from (thing, property) to a stream id, and from a stream id to what is allowed.

The way from names to ids is the dearest step of the hot path: two small dictionaries (thing, property) and array
lookups, because one dictionary of pairs misses the processor's caches five times per reading.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citybrain.base.conditions import test
from citybrain.hubs.sensing.ingest.columns import Bytes, Flags, Floats, Streams
from citybrain.hubs.sensing.ingest.names import Names
from citybrain.hubs.sensing.ingest.snapshot import Model, Property, Things, Token, sees_everything

NONE, NUMBER, INTEGER, BOOLEAN, ENUM = range(5)
KINDS = {"number": NUMBER, "integer": INTEGER, "boolean": BOOLEAN, "enum": ENUM}


@dataclass(frozen=True)
class Stream:
    """The names behind a stream id."""

    id: int
    thing_id: int
    thing: str
    property: str
    model: str


class Catalogue:
    """Immutable; a new snapshot makes a new one."""

    def __init__(self, things: Things):
        self.version = things.version
        self.models = things.models
        known = [thing for thing in things.things if thing[2] in things.models]
        self.codes = [code for _, code, _, _, _ in known]
        self.thing_ids = [thing_id for thing_id, *_ in known]
        self.thing_models = [model for _, _, model, _, _ in known]
        self.paths = [(region, organisation) for _, _, _, region, organisation in known]
        self.things = Names(self.codes)
        self.thing_row = {code: row for row, code in enumerate(self.codes)}
        names = sorted({name for model in things.models.values() for name in model.properties})
        self.property_row = {name: row for row, name in enumerate(names)}
        self._index_models(names)
        self._index_streams(things)
        self._scopes: dict[str, Flags] = {}

    def _index_models(self, names: list[str]) -> None:
        """`_local[model, property]` is where a property stands among its model's, -1 where it is not one."""
        self._model_row = {key: row for row, key in enumerate(self.models)}
        self._local = np.full((max(1, len(self.models)), max(1, len(names))), -1, np.int32)
        for row, model in enumerate(self.models.values()):
            for place, name in enumerate(model.properties):
                self._local[row, self.property_row[name]] = place
        widths = [len(model.properties) for model in self.models.values()]
        rows = [self._model_row[key] for key in self.thing_models]
        self._model_of = np.array(rows, np.int32)
        width_of = np.array([widths[row] for row in rows], np.int32)
        self._base = np.concatenate([[0], np.cumsum(width_of)]).astype(np.int32)

    def _index_streams(self, things: Things) -> None:
        row_of = {thing_id: row for row, thing_id in enumerate(self.thing_ids)}
        self.size = 1 + max((stream for stream, _, _ in things.streams), default=0)
        self._stream = np.zeros(int(self._base[-1]) + 1, np.int32)
        self.kind: Bytes = np.zeros(self.size, np.int8)
        self.minimum: Floats = np.full(self.size, -np.inf)
        self.maximum: Floats = np.full(self.size, np.inf)
        self.thing_of: Streams = np.full(self.size, -1, np.int32)
        self.property_names: dict[int, str] = {}
        for stream, thing_id, name in things.streams:
            row = row_of.get(thing_id)
            declared = self.models[self.thing_models[row]].properties.get(name) if row is not None else None
            if row is None or declared is None:
                continue
            place = self._local[self._model_row[self.thing_models[row]], self.property_row[name]]
            self._stream[self._base[row] + place] = stream
            self.kind[stream] = KINDS[declared.type]
            self.minimum[stream] = -np.inf if declared.min is None else declared.min
            self.maximum[stream] = np.inf if declared.max is None else declared.max
            self.thing_of[stream] = row
            self.property_names[stream] = name

    def streams(self, thing_rows: NDArray[np.int32], property_rows: NDArray[np.int32]) -> Streams:
        """Stream ids; 0 where the thing has no such property."""
        place = self._local[self._model_of[thing_rows], property_rows]
        found = self._stream[self._base[thing_rows] + place]
        return np.where(place < 0, np.int32(0), found)

    def find(self, thing: str, name: str) -> int:
        row, property_row = self.thing_row.get(thing), self.property_row.get(name)
        if row is None or property_row is None:
            return 0
        return int(self.streams(np.array([row], np.int32), np.array([property_row], np.int32))[0])

    def model_of(self, thing: str) -> Model:
        return self.models[self.thing_models[self.thing_row[thing]]]

    def declared(self, stream: int) -> Property:
        row = int(self.thing_of[stream])
        return self.models[self.thing_models[row]].properties[self.property_names[stream]]

    def named(self, stream: int) -> Stream:
        row = int(self.thing_of[stream])
        return Stream(stream, self.thing_ids[row], self.codes[row], self.property_names[stream], self.thing_models[row])

    def streams_of(self, thing: str) -> list[Stream]:
        """All streams of a thing, in the order its model declares them."""
        found = [self.find(thing, name) for name in self.model_of(thing).properties]
        return [self.named(stream) for stream in found if stream]

    def streams_with(self, model: str, name: str, things: list[str] | None = None) -> Streams:
        """The streams of a property over the things of a model (or those of them that are listed)."""
        row, property_row = self._model_row.get(model), self.property_row.get(name)
        if row is None or property_row is None or self._local[row, property_row] < 0:
            return np.zeros(0, np.int32)
        rows = np.flatnonzero(self._model_of == row)
        if things is not None:
            listed = {self.thing_row[code] for code in things if code in self.thing_row}
            rows = np.array([r for r in rows.tolist() if r in listed], np.int64)
        found: Streams = self._stream[self._base[rows] + self._local[row, property_row]]
        return found[found > 0]

    def scope_of(self, token: Token) -> Flags | None:
        """Which streams the token may send, by id; None when all."""
        if sees_everything(token):
            return None
        key = repr(token.scope)
        if key not in self._scopes:
            condition, verdicts = token.condition, {}
            for pair in set(self.paths):
                verdicts[pair] = test(condition, {"region_path": pair[0], "organisation_path": pair[1]})
            by_thing = np.array([*(verdicts[pair] for pair in self.paths), False], np.bool_)
            self._scopes[key] = by_thing[self.thing_of]
        return self._scopes[key]
