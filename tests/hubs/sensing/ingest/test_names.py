"""Names to numbers: exactly what a dictionary would answer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.names import Names
from citybrain.hubs.sensing.ingest.snapshot import Model, Property, Things, Token

names = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20), max_size=40)
NUMBER, WORDS = Property("number", "µg/m³", 0, 500), Property("enum", values=["a", "b"])


@given(names, names)
def test_like_a_dictionary(known: list[str], asked: list[str]) -> None:
    known = list(dict.fromkeys(known))
    rows = {name: row for row, name in enumerate(known)}
    asked = asked + known + [name + "x" for name in known] + [name[:-1] for name in known]
    assert Names(known).rows(asked).tolist() == [rows.get(name, -1) for name in asked]


def test_names_that_differ_only_at_the_end_of_a_word() -> None:
    known = ["a" * n for n in range(40)] + ["a" * n + "\0" for n in range(40)]
    assert Names(known).rows(known).tolist() == list(range(80))


def test_a_crowded_table() -> None:
    known = [f"thing-{n}" for n in range(20_000)]
    assert (Names(known).rows(known) == np.arange(20_000)).all()
    assert (Names(known).rows([f"thing-{n}" for n in range(20_000, 40_000)]) == -1).all()


def catalogue() -> Catalogue:
    """Two models with different properties; one thing of a model that nobody declared."""
    models = {"air": Model({"pm25": NUMBER, "wind": WORDS}), "road": Model({"speed": NUMBER, "pm25": NUMBER})}
    things = [
        (10, "air-1", "air", "/42/01/", "/gov/"),
        (11, "ghost", "nothing", "/42/01/", "/gov/"),
        (12, "road-1", "road", "/42/02/", "/gov/"),
    ]
    streams = [(1, 10, "pm25"), (2, 10, "wind"), (3, 11, "pm25"), (4, 12, "speed"), (7, 12, "pm25"), (8, 10, "gone")]
    return Catalogue(Things(1, models, things, streams))


def test_streams_are_found_by_thing_and_property() -> None:
    known = catalogue()
    found = {
        (thing, name): known.find(thing, name)
        for thing in ("air-1", "ghost", "road-1", "x")
        for name in ("pm25", "wind", "speed", "gone")
    }
    assert {pair: stream for pair, stream in found.items() if stream} == {
        ("air-1", "pm25"): 1,
        ("air-1", "wind"): 2,
        ("road-1", "speed"): 4,
        ("road-1", "pm25"): 7,
    }
    assert known.streams_with("road", "pm25").tolist() == [7]
    assert known.streams_with("air", "speed").tolist() == []
    assert known.named(7).thing_id == 12
    assert [stream.property for stream in known.streams_of("air-1")] == ["pm25", "wind"]


def test_a_scope_is_a_mask_over_streams() -> None:
    known = catalogue()
    scope = {"field": "region_path", "is": "within", "value": "/42/02/"}
    mask = known.scope_of(Token(1, "", "live", scope))
    assert mask is not None
    assert np.flatnonzero(mask).tolist() == [4, 7]
    assert known.scope_of(Token(1, "", "live", True)) is None


def test_an_empty_city() -> None:
    nothing = Catalogue(Things(1, {}, [], []))
    assert nothing.find("a", "b") == 0
    assert nothing.streams_with("a", "b").tolist() == []
