"""Names of the fictional city: districts, towns, communities, roads, people. None of them is real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.random import Generator

_words: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
CITY = ("4299", "汉江市", "Hanjiang (simulated)")
COUNTIES: list[list[str]] = _words["counties"]
STREETS: list[str] = _words["streets"]
GREAT_ROADS: list[str] = _words["great_roads"]
STEMS: list[str] = _words["roads"]
SURNAMES: str = _words["surnames"].replace(" ", "")
GIVEN: list[str] = _words["given"]


def community_names(rng: Generator, count: int) -> list[str]:
    """Stems of two characters, none twice."""
    all_of_them = [a + b for a in _words["community_first"] for b in _words["community_second"]]
    return [all_of_them[i] for i in rng.permutation(len(all_of_them))[:count]]


def road_stems(rng: Generator, count: int) -> list[str]:
    """Stems of roads; when they run out, the numbered sisters of the first."""
    order = rng.permutation(len(STEMS))
    stems = [STEMS[i] for i in order]
    for number in "一二三四五":
        stems += [f"{STEMS[i]}{number}" for i in order]
    return stems[:count]


def person_names(rng: Generator, count: int) -> list[str]:
    """Names of people who do not exist; each once."""
    made: dict[str, None] = {}
    while len(made) < count:
        surname = SURNAMES[int(len(SURNAMES) * rng.random() ** 1.6)]
        made[surname + GIVEN[int(rng.integers(len(GIVEN)))]] = None
    return list(made)


def phone_numbers(rng: Generator, count: int) -> list[str]:
    """Numbers of the range 154, which no operator in China has been given: they can belong to nobody."""
    tails = (
        rng.permutation(10_000_000)[:count] if count > 1000 else np.unique(rng.integers(0, 10**8, count * 2))[:count]
    )
    return [f"154{int(tail):08d}" for tail in tails]
