"""The judge of packs: reads them, ties them together by their dependencies, and proves what they say.

What is proved: YAML and schema (unknown keys, types, texts in both languages, units), files that must exist, declared
dependencies exist and form no circle, references between sections, each hub's own checks, proof by recorded history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from citybrain.base.packs.contents import Contents
from citybrain.base.packs.discovery import MANIFEST, Source
from citybrain.base.packs.findings import Findings
from citybrain.base.packs.layers import Change
from citybrain.base.packs.manifest import Manifest
from citybrain.base.packs.problems import Problem, guess
from citybrain.base.packs.reading import read_pack
from citybrain.base.packs.sections import section_of


def judge(sources: Iterable[Source], *, changes: Mapping[str, Sequence[Change]] | None = None) -> dict[str, Contents]:
    """Read and check packs, by key, in the order in which they can be loaded (what a pack stands on comes first)."""
    changes = changes or {}
    packs = {source.key: read_pack(source, changes.get(source.key, ())) for source in sources}
    for pack in packs.values():
        _tie(pack, packs)
    _check_names(packs)
    circles = _find_circles(packs)
    for pack in packs.values():
        if pack.source.key not in circles:
            _check_sections(pack)
        _check_history(pack)
        pack.problems.sort(key=lambda problem: (str(problem.file), problem.line, str(problem.place)))
    return {key: packs[key] for key in _in_order(packs, circles)}


def problems_of_all(packs: Mapping[str, Contents]) -> list[Problem]:
    return [problem for pack in packs.values() for problem in pack.problems]


def prove(pack: Contents) -> list[Problem]:
    """Run the pack's own tests: each section's `prove` over each of its files. Returns what came out otherwise."""
    before = len(pack.problems)
    for file, parsed in pack.sections.items():
        section = section_of(file)
        if section is not None and section.prove is not None:
            section.prove(pack, parsed, Findings(pack, file))
    return pack.problems[before:]


def _note(pack: Contents, place: tuple[str | int, ...], code: str, **data: object) -> None:
    document = pack.documents[MANIFEST]
    pack.problems.append(Problem(document.path, document.line_of(place), place, code, data))


def _depends(pack: Contents) -> tuple[str, ...]:
    return pack.manifest.depends if isinstance(pack.manifest, Manifest) else ()


def _tie(pack: Contents, packs: Mapping[str, Contents]) -> None:
    for index, key in enumerate(_depends(pack)):
        if key in packs:
            pack.needs[key] = packs[key]
        else:
            near = guess(key, packs) or ", ".join(sorted(packs))
            _note(pack, ("depends", index), "packs.dependency_missing", needed=key, guess=near)


def _check_names(packs: Mapping[str, Contents]) -> None:
    """A name has one meaning in a city: it begins with its pack's key, and two packs cannot both declare it.

    Of two the later one by key is told.
    """
    owners: dict[tuple[str, str], str] = {}
    for key in sorted(packs):
        pack = packs[key]
        for file, parsed in pack.sections.items():
            section = section_of(file)
            if section is None:
                continue
            for kind, names in section.names.items():
                for name in sorted(names(parsed)):
                    owner = owners.setdefault((kind, name), key)
                    findings = Findings(pack, file)
                    if owner != key:
                        findings.add(findings.place_of(name), "packs.name_twice", kind=kind, name=name, pack=owner)
                    elif section.prefixed and not f"{name}.".startswith(f"{key}."):
                        findings.add(findings.place_of(name), "packs.foreign_name", name=name, key=key)


def _find_circles(packs: Mapping[str, Contents]) -> set[str]:
    """Packs that stand on themselves; each gets a problem that spells the circle, and its ties are cut."""
    circles: dict[str, list[str]] = {}
    for key in packs:
        way = _way_back(key, packs)
        if way:
            circles[key] = way
    for key, way in circles.items():
        pack = packs[key]
        index = _depends(pack).index(way[1])
        _note(pack, ("depends", index), "packs.dependency_circle", way=" → ".join(way))
    for key in circles:
        packs[key].needs.clear()
    return set(circles)


def _way_back(start: str, packs: Mapping[str, Contents]) -> list[str]:
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop(0)
        for need in sorted(packs[way[-1]].needs):
            if need == start:
                return [*way, start]
            if need not in seen:
                seen.add(need)
                ways.append([*way, need])
    return []


def _check_sections(pack: Contents) -> None:
    for file, parsed in pack.sections.items():
        section = section_of(file)
        if section is not None and section.check is not None:
            section.check(pack, parsed, Findings(pack, file))


def _check_history(pack: Contents) -> None:
    """A pack that says its history is done has some."""
    manifest = pack.manifest
    if manifest is None or manifest.quality.get("history") != "done":
        return
    if not any(file.startswith("history/") for file in pack.documents):
        _note(pack, ("quality", "history"), "packs.history_missing")


def _in_order(packs: Mapping[str, Contents], circles: set[str]) -> list[str]:
    order: list[str] = []

    def add(key: str) -> None:
        for need in sorted(packs[key].needs):
            if need not in order:
                add(need)
        if key not in order:
            order.append(key)

    for key in sorted(packs):
        if key not in circles:
            add(key)
    return [*order, *sorted(circles.difference(order))]
