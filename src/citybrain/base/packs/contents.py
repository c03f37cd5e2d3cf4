"""A pack as read: its manifest, its typed sections, and the packs it stands on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.base.packs.discovery import MANIFEST, Source
from citybrain.base.packs.documents import Document
from citybrain.base.packs.manifest import Manifest
from citybrain.base.packs.problems import Problem
from citybrain.base.packs.sections import section_of

SKIPPED = ("__pycache__", ".git")


@dataclass
class Contents:
    """Everything one pack declares. `sections` maps a file (its path inside the pack) to its typed content."""

    source: Source
    manifest: Manifest | None = None
    documents: dict[str, Document] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    needs: dict[str, Contents] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.manifest.key if self.manifest else self.source.key

    @property
    def folder(self) -> Path:
        return self.source.folder

    def with_needs(self) -> list[Contents]:
        """This pack and every pack it stands on, each once, this one first."""
        found = {self.source.key: self}
        waiting = list(self.needs.values())
        while waiting:
            pack = waiting.pop(0)
            if found.setdefault(pack.source.key, pack) is pack:
                waiting.extend(other for other in pack.needs.values() if other.source.key not in found)
        return list(found.values())

    def names(self, kind: str) -> dict[str, Contents]:
        """The names of a kind (`model`, `case_type`) that this pack may refer to, and the pack that declares each."""
        return {name: pack for pack in reversed(self.with_needs()) for name in pack.own_names(kind)}

    def own_names(self, kind: str) -> list[str]:
        found: set[str] = set()
        for file, parsed in self.sections.items():
            section = section_of(file)
            if section is not None and kind in section.names:
                found |= set(section.names[kind](parsed))
        return sorted(found)


def files_of(folder: Path) -> list[Path]:
    """Every file of a pack, in a stable order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part in SKIPPED for part in path.relative_to(folder).parts)
    )


def hash_of(folder: Path, *more: str) -> str:
    """SHA-256 over names and bytes of what a pack declares (its history is proof, not declaration), and over `more`."""
    digest = hashlib.sha256()
    for path in files_of(folder):
        relative = path.relative_to(folder).as_posix()
        if relative.startswith("history/") or path.suffix == ".py":
            continue
        content = path.read_bytes()
        digest.update(f"{relative}\0{len(content)}\0".encode())
        digest.update(content)
    for text in more:
        digest.update(text.encode())
    return digest.hexdigest()


def manifest_line(contents: Contents, *place: str | int) -> int:
    document = contents.documents.get(MANIFEST)
    return document.line_of(place) if document else 1


def raw_of(contents: Contents) -> Mapping[str, Any]:
    """The untyped data of each file, for those who compare an override with what the pack said."""
    return {file: document.data for file, document in contents.documents.items()}
