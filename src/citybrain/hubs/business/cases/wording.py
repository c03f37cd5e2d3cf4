"""Reading what a report is about from the words that packs declare (`keywords`). Pure functions; no Django.

A *phrase* is what a pack writes as one keyword: words apart by spaces must all stand in one sentence, in any order;
`/` parts words of which one is enough: `灯 不亮/坏/闪`. Evidence is counted in characters, because a longer word says
more: a Chinese character is one point, a Latin word two; each word counts once. Where one word lies within a longer
one (停车 in 停车场), only the longer counts. Evidence for a kind also speaks for the kinds below it.

The probability is a share and no frequency: the points of a kind / (the points of all kinds + doubt). The doubt is one
point, and one more for each 100 characters that were read: a long text holds many words by chance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

MAX_TEXT = 1200  # what is read; a longer complaint says its matter in the beginning
CHARACTERS_PER_DOUBT = 100

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_SENTENCE = re.compile(r"[。.!?;\n]+")
_GAP = re.compile(rf"(?<=[{_HAN}])[^\S\n]+(?=[{_HAN}])")
_COUNTED = re.compile(rf"[{_HAN}]|[a-z0-9]+")

Phrase = tuple[tuple[str, ...], ...]
Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the reader must know of a kind of case: its phrases, the kinds above it (nearest first), its threshold."""

    phrases: tuple[Phrase, ...]
    above: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind that a text may be about, the share of the evidence that speaks for it, and the words found."""

    code: str
    probability: float
    words: tuple[str, ...]
    is_sure: bool


def phrase_of(keyword: str) -> Phrase:
    """A keyword as words: all of the outer ones, one of the inner ones; empty when it holds no word."""
    parts = (tuple(sorted({word for word in part.split("/") if word})) for part in _fold(keyword).split())
    return tuple(part for part in parts if part)


@lru_cache(maxsize=16_384)
def points_of(word: str) -> int:
    return sum(2 if unit.isascii() else 1 for unit in _COUNTED.findall(word))


@dataclass(frozen=True)
class Wording:
    """The words of every kind of case, by its code."""

    kinds: Mapping[str, Kind]

    @cached_property
    def _phrases_by_word(self) -> dict[str, set[tuple[str, Phrase]]]:
        found: dict[str, set[tuple[str, Phrase]]] = {}
        for code, kind in self.kinds.items():
            for phrase in kind.phrases:
                for word in {word for part in phrase for word in part}:
                    found.setdefault(word, set()).add((code, phrase))
        return found

    def read(self, parts: Sequence[str]) -> list[Guess]:
        """What a report may be about, best first: by its subject when that is sure, else by everything it says."""
        guesses: list[Guess] = []
        for text in dict.fromkeys((parts[0], "\n".join(parts)) if parts else ()):
            read = _GAP.sub("", _fold(text[:MAX_TEXT]))
            guesses = self._ranked(self._evidence(read), doubt=1 + len(read) // CHARACTERS_PER_DOUBT)
            if guesses and guesses[0].is_sure:
                break
        return guesses

    def _evidence(self, text: str) -> dict[str, set[str]]:
        """The words that speak for each kind."""
        present = [word for word in self._phrases_by_word if word in text]
        said: dict[str, set[str]] = {}
        for sentence in _SENTENCE.split(text) if present else ():
            spans = [span for word in present if word in sentence for span in _places(word, sentence)]
            met = self._met({word for _, _, word in spans})
            meant = [span for span in spans if any(span[2] in words for words in met.values())]
            kept = {word for start, end, word in meant if not _lies_within(start, end, meant)}
            for code, words in self._met(kept).items():
                said.setdefault(code, set()).update(words)
        return said

    def _met(self, words: set[str]) -> dict[str, set[str]]:
        """Those of the words that belong to a phrase of which every part is there, for each kind."""
        met: dict[str, set[str]] = {}
        for code, phrase in {one for word in words for one in self._phrases_by_word[word]}:
            hits = [words.intersection(part) for part in phrase]
            if all(hits):
                met.setdefault(code, set()).update(*hits)
        return met

    def _ranked(self, said: Mapping[str, set[str]], *, doubt: int) -> list[Guess]:
        """Every kind that something speaks for, best first; before them, where no single kind is sure, the nearest one
        above them that is.
        """
        points = {code: sum(map(points_of, words)) for code, words in said.items()}
        whole = sum(points.values()) + doubt

        def guess(code: str, speaking: Iterable[str]) -> Guess:
            found = [one for one in speaking if one in said]
            share = round(sum(points[one] for one in found) / whole, 4)
            words = tuple(sorted({word for one in found for word in said[one]}))
            return Guess(code, share, words, is_sure=share >= self.kinds[code].threshold)

        above = {one for code in said for one in self.kinds[code].above if one in self.kinds}
        singles = [guess(code, (code, *self.kinds[code].above)) for code in said if code not in above]
        singles.sort(key=lambda one: (-one.probability, one.code))
        if not singles or singles[0].is_sure:
            return singles
        general = [
            guess(top, [code for code in said if top in (code, *self.kinds[code].above)]) for top in sorted(above)
        ]
        general = sorted((one for one in general if one.is_sure), key=lambda one: -len(self.kinds[one.code].above))
        return general[:1] + singles


def _fold(text: str) -> str:
    """Full-width and upper case folded."""
    return unicodedata.normalize("NFKC", text).lower()


def _lies_within(start: int, end: int, spans: Iterable[Span]) -> bool:
    return any(a <= start and end <= b and b - a > end - start for a, b, _ in spans)


def _places(word: str, sentence: str) -> Iterable[Span]:
    """Where a word stands; Latin words only whole."""
    start = sentence.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_splits(sentence, start) or _splits(sentence, end)):
            yield start, end, word
        start = sentence.find(word, start + 1)


def _splits(sentence: str, place: int) -> bool:
    """Does this place lie inside a Latin word or number?"""
    pair = sentence[max(0, place - 1) : place + 1] if place else ""
    return len(pair) == 2 and all(one.isascii() and one.isalnum() for one in pair)
