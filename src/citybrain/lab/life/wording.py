"""How citizens put it: sentences from a grammar in `words.yaml`, of which none comes back within the next five hundred.

Each kind of sentence has thousands of forms. Which one the n-th report takes is not thrown but counted: n times a step
that has no factor in common with their number, so that every form comes once before any comes twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from citybrain.lab.life.world import Address

VOICES = ("polite", "plain", "angry", "dialect")
CHINESE = "\u4e00-\u9fff\u201c\u201d\uff08\uff09"
WIDE = {",": "\uff0c", ":": "\uff1a", ";": "\uff1b", "?": "\uff1f", "!": "\uff01"}
SENTENCE_END = re.compile("(?<=[。！？\uff01\uff1f])")


@dataclass(frozen=True)
class Kind:
    """One kind of matter that people report, with the words for it."""

    type: str
    weight: float
    hours: str
    since: str
    picture: str
    what: Sequence[str]
    detail: Sequence[str]
    effect: Sequence[str]
    rain: float = 0.0
    home: bool = False


@dataclass(frozen=True)
class Words:
    kinds: Sequence[Kind]
    patterns: Mapping[str, Sequence[str]]
    places: Sequence[str]
    sides: Sequence[str]
    more_precise: Sequence[str]
    since: Mapping[str, Sequence[str]]
    effects: Sequence[str]
    troubles: Sequence[str]
    voices: Mapping[str, Mapping[str, Sequence[str]]]
    typos: Mapping[str, str]
    hours: Mapping[str, Sequence[float]]


@cache
def words() -> Words:
    told: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return Words(**{**told, "kinds": [Kind(**one) for one in told["kinds"]]})


def turn(n: int, count: int, salt: int) -> int:
    """The form of the n-th report among `count`: all of them once before any comes twice."""
    step = int(count * 0.618_034) + salt % 97
    while math.gcd(step, count) != 1:
        step += 1
    return (n * step + salt) % count


def pick(n: int, *lists: Sequence[str], salt: int) -> list[str]:
    """One word of each list, so that together they are the form whose turn it is."""
    index = turn(n, math.prod(len(one) for one in lists), salt)
    chosen = []
    for one in lists:
        index, place = divmod(index, len(one))
        chosen.append(one[place])
    return chosen


def where_and_what(kind: Kind, address: Address, what: str, n: int, salt: int, *, by_grid: bool) -> str:
    """The first sentence: what is wrong, and where."""
    w = words()
    patterns = w.patterns["grid" if by_grid else "home" if kind.home else "street"]
    pattern, place, side = pick(n, patterns, w.places, w.sides, salt=salt)
    names = {
        "road": address.road, "number": address.number, "county": address.county, "street": address.street,
        "community": address.community, "side": side,
    }  # fmt: skip
    return pattern.format(place=place.format(**names), what=what, community=address.community)


def more(kind: Kind, n: int, salt: int) -> str:
    """The second: since when, a detail, what it leads to."""
    w = words()
    effects = [*kind.effect, *(w.troubles if kind.home else w.effects)]
    since, detail, effect = pick(n, w.since[kind.since], kind.detail, effects, salt=salt)
    joint = "" if since.endswith("就") else "，"
    return f"{since}{joint}{detail}，{effect}。"


def request(voice: str, n: int, salt: int) -> str:
    """The last: what the city is asked for, and how."""
    w = words().voices[voice]
    return "".join(pick(n, w["opening"], w["ask"], w["when"], w["tail"], salt=salt))


def with_typo(text: str, dice: float) -> str:
    """One slip of the pen, where there is a word for it; or a full stop left out."""
    there = [(right, wrong) for right, wrong in words().typos.items() if right in text]
    if not there:
        return text.replace("。", "，", 1) if text.count("。") > 1 else text
    right, wrong = there[int(dice * len(there))]
    return text.replace(right, wrong, 1)


def wide(text: str) -> str:
    """Chinese punctuation wherever it stands beside Chinese."""
    for narrow, broad in WIDE.items():
        text = re.sub(f"(?<=[{CHINESE}]){re.escape(narrow)}|{re.escape(narrow)}(?=[{CHINESE}])", broad, text)
    return text


def sentences(text: str) -> list[str]:
    """The sentences of a report."""
    return [one for one in SENTENCE_END.split(text) if any("\u4e00" <= letter <= "\u9fff" for letter in one)]
