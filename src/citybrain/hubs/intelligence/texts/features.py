"""From a report to its features: words (jieba) or character n-grams, without what must not count.

Personal traces and masked places must not teach the model anything: digits become one `0`, and the masks that public
data sets put in place of names (A市, A7县, 西地省) are cut out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import jieba

from citybrain.hubs.intelligence.texts.types import Text

SUBJECT_WEIGHT = 4  # a subject line says in 15 characters what the details say in 300
MAX_TEXT = 4000

_MASKED_PLACE = re.compile(r"西地省|[A-Z]\d{0,3}(?:市|区|县|镇|州)")
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """One spelling: full-width folded, lower case, no white space, no masked places, digits as one `0`."""
    folded = _SPACE.sub("", unicodedata.normalize("NFKC", text[:MAX_TEXT]))
    return _DIGITS.sub("0", _MASKED_PLACE.sub(" ", folded)).lower()


def words_of(text: str) -> list[str]:
    """The words of two characters and more; single characters are mostly grammar."""
    return [word for word in _tokenizer().cut(text) if len(word.strip()) > 1]


def characters_of(text: str, longest: int) -> list[str]:
    """Runs of 1 to `longest` characters, not across a gap."""
    return [
        run[start : start + size]
        for run in text.split()
        for size in range(1, longest + 1)
        for start in range(len(run) - size + 1)
    ]


ANALYSERS: Mapping[str, Callable[[str], list[str]]] = {
    "words": words_of,
    "characters-2": lambda text: characters_of(text, 2),
    "characters-3": lambda text: characters_of(text, 3),
    "words+characters-2": lambda text: [f"w:{word}" for word in words_of(text)] + characters_of(text, 2),
}


def tokens(text: Text, kind: str) -> list[str]:
    """The features of a text, repeated as often as they count; the first of several parts counts `SUBJECT_WEIGHT`."""
    parts = [text] if isinstance(text, str) else list(text)
    analyse = ANALYSERS[kind]
    found = [analyse(clean(part)) for part in parts]
    if sum(bool(part) for part in found) > 1:
        return found[0] * SUBJECT_WEIGHT + [token for part in found[1:] for token in part]
    return [token for part in found for token in part]


def fingerprint(parts: Sequence[str]) -> str:
    """Equal for messages that say the same: they may not stand on both sides of a split."""
    return clean(parts[0]) or clean("".join(parts))


@cache
def _tokenizer() -> jieba.Tokenizer:
    """jieba with its dictionary read afresh: by itself it would keep a cache in the common temporary folder."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
