"""Which region does a text name: 襄阳市樊城区王寨街道长虹路 -> 王寨街道. No database here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from citybrain.base.places.types import Named

SUFFIX = re.compile(r"(?:街道|地区|镇|乡|自治县|林区|新区|区|县|市|社区|村)$")
PREFIXED = re.compile(r".+?[区县市](?P<own>.{2,}(?:街道|镇|乡))$")  # 高新区团山镇 is also called 团山镇
OFFICE = re.compile(r"街?办")  # 王寨办, 王寨街办
NOT_A_REGION = re.compile(
    r"[东西南北中]?(?:路|街(?![道办])|大道|大街|巷|弄|胡同|桥|站|广场|大厦|医院|学校|中学|小学|公园|酒店|商场)"
)
SHORTEST_STEM = 2
COUNTY_DEPTH = 3  # slashes in the path of the root and of the regions right below it


def stem_of(name: str) -> str:
    """The name without its administrative suffix, or the name where too little would remain."""
    stem = SUFFIX.sub("", name)
    return stem if len(stem) >= SHORTEST_STEM else name


@dataclass(frozen=True, slots=True)
class NamedRegion:
    """What the index needs to know of a region."""

    code: str
    path: str
    level: str
    name: str


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    word: str
    regions: tuple[NamedRegion, ...]


class NameIndex:
    """Names of all regions, asked for the ones that stand in a text."""

    def __init__(self, regions: Iterable[NamedRegion]):
        full: defaultdict[str, list[NamedRegion]] = defaultdict(list)
        stems: defaultdict[str, list[NamedRegion]] = defaultdict(list)
        for region in regions:
            own = PREFIXED.match(region.name)
            for name in (region.name, *([own["own"]] if own else [])):
                full[name].append(region)
                if (stem := stem_of(name)) != name:
                    stems[stem].append(region)
        self._full = {name: tuple(found) for name, found in full.items() if len(name) >= SHORTEST_STEM}
        self._stems = {stem: tuple(found) for stem, found in stems.items() if stem not in self._full}
        self._longest = max(map(len, (*self._full, *self._stems)), default=0)

    def find(self, text: str, under: str = "/") -> Named:
        """The deepest region at or below the path `under` that the text names beyond doubt.

        A name counts with its suffix. Without it (樊城, 王寨) many names are everyday words (流水, 龙头), so it counts
        only for regions right below the root, before 办, or right after the name of a region above; and never where
        a road, bridge or building name goes on from it. A name that several regions share counts only where a wider
        region that is named too tells them apart.
        """
        matches = [
            _Match(match.start, match.word, tuple(r for r in match.regions if r.path.startswith(under)))
            for match in self._matches("".join(text.split()))
        ]
        matches = [match for match in matches if match.regions]
        words = tuple(dict.fromkeys(match.word for match in matches))
        if not matches:
            return Named(None, "", "", "absent")
        leaves = _leaves(_told_apart(matches))
        if len(leaves) == 1:
            return _named(leaves[0], "named", words)
        wider = _wider(matches, leaves)
        candidates = tuple(sorted(region.code for region in leaves))
        if wider is None:
            return Named(None, "", "", "ambiguous", words, candidates)
        return _named(wider, "ambiguous", words, candidates)

    def _matches(self, text: str) -> list[_Match]:
        """The longest names from left to right, none overlapping another."""
        found: list[_Match] = []
        at = 0
        while at < len(text):
            before = found[-1] if found and found[-1].start + len(found[-1].word) == at else None
            match = self._match_at(text, at, before)
            if match is None:
                at += 1
            else:
                found.append(match)
                at += len(match.word)
        return found

    def _match_at(self, text: str, at: int, before: _Match | None) -> _Match | None:
        for length in range(min(self._longest, len(text) - at), SHORTEST_STEM - 1, -1):
            word = text[at : at + length]
            if word in self._full:
                return _Match(at, word, self._full[word])
            if word in self._stems and not NOT_A_REGION.match(text, at + length):
                is_office = OFFICE.match(text, at + length) is not None
                meant = tuple(r for r in self._stems[word] if is_office or _is_meant(r, before))
                if meant:
                    return _Match(at, word, meant)
        return None


def _is_meant(region: NamedRegion, before: _Match | None) -> bool:
    """Whether a name without suffix stands for the region: it is right below the root, or follows one above it."""
    if region.path.count("/") <= COUNTY_DEPTH:
        return True
    return before is not None and any(region.path.startswith(above.path) for above in before.regions)


def _told_apart(matches: list[_Match]) -> set[NamedRegion]:
    """All regions named; of a name that several share, only those below another region that is named."""
    named: set[NamedRegion] = set()
    for match in matches:
        others = [r for other in matches if other is not match and other.word != match.word for r in other.regions]
        told = [r for r in match.regions if _depth_of_ancestors(r, others)]
        if len(match.regions) > 1 and told:
            deepest = max(_depth_of_ancestors(r, others) for r in told)
            named.update(r for r in told if _depth_of_ancestors(r, others) == deepest)
        else:
            named.update(match.regions)
    return named


def _depth_of_ancestors(region: NamedRegion, others: Iterable[NamedRegion]) -> int:
    return max((o.path.count("/") for o in others if o != region and region.path.startswith(o.path)), default=0)


def _leaves(named: set[NamedRegion]) -> list[NamedRegion]:
    """Those that have no other one below them."""
    return sorted(
        (r for r in named if not any(o != r and o.path.startswith(r.path) for o in named)), key=lambda r: r.path
    )


def _wider(matches: list[_Match], leaves: list[NamedRegion]) -> NamedRegion | None:
    """The deepest region that is named alone and holds all the leaves."""
    alone = [match.regions[0] for match in matches if len(match.regions) == 1]
    holding = [r for r in alone if all(leaf.path.startswith(r.path) for leaf in leaves)]
    return max(holding, key=lambda r: len(r.path), default=None)


def _named(region: NamedRegion, why: str, words: tuple[str, ...], candidates: tuple[str, ...] = ()) -> Named:
    return Named(region.code, region.path, region.level, why, words, candidates)
