"""Where a section's check writes what it finds; lines are looked up in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from citybrain.base.packs.contents import Contents
from citybrain.base.packs.documents import Document
from citybrain.base.packs.layers import IDENTITIES
from citybrain.base.packs.problems import Problem, guess
from citybrain.base.packs.sections import sections

MANY_LINES = re.compile(r":\s*\|[-+0-9]*\s*$")


class Findings:
    """The problems of one file of one pack, while its section is checked."""

    def __init__(self, pack: Contents, file: str):
        self.pack = pack
        self.file = file
        self.document: Document = pack.documents[file]

    def add(self, place: tuple[str | int, ...], code: str, *, at_line: int = 0, **data: Any) -> None:
        """Note a problem at a place of the file (`("rules", "high", "clear_at")`) with a code of an errors.yaml."""
        line = at_line or self.document.line_of(place)
        self.pack.problems.append(Problem(self.document.path, line, place, code, data))

    def line_in_text(self, place: tuple[str | int, ...], number: int, rest: str) -> int:
        """Where line `number` of a text of many lines (`|`) stands in the file; 0 where it does not end in `rest`.

        Either may go on where the other ends: whoever complains shows a part of the line, or has put more behind it.
        """
        begin = self.document.line_of(place)
        lines = self.document.path.read_text(encoding="utf-8").splitlines()
        if not MANY_LINES.search(lines[begin - 1]) or not 0 < number <= len(lines) - begin:
            return 0
        there = lines[begin + number - 1].rstrip()
        ends = (there[at:] for at in range(len(there)))
        return begin + number if any(rest.startswith(end) or end.startswith(rest) for end in ends) else 0

    def place_of(self, name: str) -> tuple[str | int, ...]:
        """Where a name is declared: the shortest place that ends with it, or whose `key` or `code` it is."""
        places = sorted(self.document.lines, key=lambda place: (len(place), self.document.lines[place]))
        for place in places:
            if place and (place[-1] == name or (place[-1] in IDENTITIES and self._value(place) == name)):
                return place
        return ()

    def _value(self, place: tuple[str | int, ...]) -> Any:
        here = self.document.data
        for step in place:
            here = here[step]
        return here

    def names(self, kind: str) -> dict[str, Contents]:
        """What this file may refer to: the names of a kind declared by this pack and the packs it depends on."""
        return self.pack.names(kind)

    def check_name(self, place: tuple[str | int, ...], kind: str, name: str) -> bool:
        """Note a reference to a name of `kind` that nobody declares, with the nearest one that is declared.

        Nothing is noted where nobody can know: no hub declares names of this kind, or a file that does, or that says
        what the pack stands on, is unreadable.
        """
        known = self.names(kind)
        declaring = [section for section in sections() if kind in section.names]
        unread = any(pack.manifest is None or (section.file not in pack.sections
                     and (pack.folder / section.file).exists())
                     for section in declaring for pack in self.pack.with_needs())  # fmt: skip
        if name in known or not declaring or unread:
            return True
        code = "packs.unknown_name" if known else "packs.nothing_declared"
        self.add(place, code, kind=kind, name=name, guess=guess(name, known) or ", ".join(sorted(known)))
        return False

    def declared(self, file: str) -> Iterator[tuple[Contents, Any]]:
        """The typed content of another section, of this pack first and then of the packs it depends on."""
        for pack in self.pack.with_needs():
            if file in pack.sections:
                yield pack, pack.sections[file]
