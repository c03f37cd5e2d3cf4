"""How alike two reports and two addresses are. Pure functions; no Django.

Reports are compared by character n-grams, because Chinese has no spaces and citizens misspell: the cosine of the
counts of character pairs (Chinese) and of letter triples within words (Latin script).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from math import sqrt

MAX_TEXT = 600  # what is compared; a longer complaint says its matter in the beginning
FEW_CHARACTERS = 2  # a text with fewer says nothing: "。", "急"

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_COURTESY = re.compile(
    r"尊敬的|(?:您|你)们?好|领导|请问|谢谢|感谢|希望|恳请|请求|请|麻烦|反映|投诉|举报|有关部门|相关部门|(?:市长|书记)(?:同志)?"
)
_RUN = re.compile(rf"[{_HAN}]+|[a-z]+|\d+")


def normalise_text(text: str) -> str:
    """Lower case, full-width folded, punctuation and courtesies dropped; words separated by one space."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).lower()
    return " ".join(_RUN.findall(_COURTESY.sub(" ", folded)))


@lru_cache(maxsize=1024)
def grams(text: str) -> Mapping[str, int]:
    """The n-grams of a report, counted: pairs of Chinese characters, padded triples of Latin letters, whole numbers."""
    counted: Counter[str] = Counter()
    runs = normalise_text(text).split()
    if sum(map(len, runs)) < FEW_CHARACTERS:
        return counted
    for run in runs:
        if run.isdigit():
            counted[run] += 1
        elif run.isascii():
            padded = f" {run} "
            counted.update(padded[i : i + 3] for i in range(len(padded) - 2))
        elif len(run) == 1:
            counted[run] += 1
        else:
            counted.update(run[i : i + 2] for i in range(len(run) - 1))
    return counted


def similarity(one: str, other: str) -> float | None:
    """Cosine of the two texts' n-grams, 0..1 and symmetric; None when one of them says too little to compare."""
    a, b = grams(one), grams(other)
    if not a or not b:
        return None
    if len(a) > len(b):
        a, b = b, a
    common = sum(count * b.get(gram, 0) for gram, count in a.items())
    if not common:
        return 0.0
    norm = sqrt(sum(n * n for n in a.values())) * sqrt(sum(n * n for n in b.values()))
    return min(1.0, common / norm)


_DISTRICT = re.compile(
    r"^.{0,12}?(?:省|自治区|自治州|市|(?<![小社园景校厂库片街])区|县|旗)(?=.{3})|^.{2,6}?(?:街道|镇|乡)(?=.{3})"
)
_NUMBERED = re.compile(r"\d|[一二三四五六七八九十]+(?:号|栋|幢|单元|楼)|交叉口|交汇处|路口")
_WORDS = {
    "STREET": "ST", "AVENUE": "AVE", "AV": "AVE", "ROAD": "RD", "BOULEVARD": "BLVD", "DRIVE": "DR", "LANE": "LN",
    "PLACE": "PL", "COURT": "CT", "TERRACE": "TER", "PARKWAY": "PKWY", "HIGHWAY": "HWY", "SQUARE": "SQ",
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "AND": "&",
}  # fmt: skip


@lru_cache(maxsize=4096)
def address_key(address: str) -> str:
    """One spelling of an address that names a house or a crossing, or "" when it names only a street or a district.

    Chinese: leading province, city and county are dropped ("襄阳市樊城区人民路12号" and "人民路 12 号" are the same).
    Latin: the part before the first comma, upper case, with the usual short forms ("12 Main Street, X" = "12 MAIN ST").
    """
    folded = unicodedata.normalize("NFKC", address).strip()
    if re.search(f"[{_HAN}]", folded):
        key = re.sub(r"[\s,,.。;;::()()\-—_#/]+", "", folded).upper()
        while match := _DISTRICT.match(key):
            key = key[match.end() :]
    else:
        words = re.findall(r"[A-Z0-9&]+", folded.split(",")[0].upper().replace(".", ""))
        key = " ".join(_WORDS.get(word, word) for word in words)
    exact = _NUMBERED.search(key) or " & " in key
    return key[:200] if exact and len(key) >= 3 else ""
