"""The file of a backup: a tar of members that stand alone, a manifest of their digests, and the manifest's digest.

    city.sqlite3.zst, hot/…, lake/…, files/…      in any order; `.zst` members are zstd, the rest lies there as it is
    manifest.json                                  what the backup is, and for each member its size and SHA-256
    manifest.sha256                                of manifest.json

Members are packed one by one, so that a damaged byte spoils one of them and is found in it. Any `tar` opens the file.
No Django here.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any

import pyarrow as pa

from citybrain.base import clock
from citybrain.base.errors import BadInput
from citybrain.hubs.sensing.ingest.segments import sync_folder

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
PACKED = ".zst"
PIECE = 4 * 1024 * 1024
LEVEL = 3


@dataclass(frozen=True)
class Entry:
    """One member as the manifest lists it: its name in the data directory, how it lies in the tar, its digest there."""

    name: str
    packed: bool
    size: int
    stored: int
    sha256: str

    @property
    def member(self) -> str:
        return self.name + PACKED if self.packed else self.name


@dataclass(frozen=True)
class Wrong:
    """Something about a backup that is not as it should be: in which member, and what."""

    where: str
    what: str


class Writer:
    """Writes members one after another to FILE.part; `place` gives the file its name, once it is whole and checked."""

    def __init__(self, path: Path):
        self.path, self.part = path, path.with_name(f"{path.name}.part")
        descriptor = os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        self._moment = int(clock.wall_now().timestamp())
        self.entries: list[Entry] = []

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._file.close()
        if kind is not None:
            self.part.unlink(missing_ok=True)

    def add(self, name: str, source: IO[bytes], *, packed: bool, length: int | None = None) -> Entry:
        """Take in `length` bytes of a file (or all of it); raises BadInput when it has fewer."""
        member = name + PACKED if packed else name
        start = self._head(member, 0)
        digest, size, stored = hashlib.sha256(), 0, 0
        for piece in pieces(source, length):
            size += len(piece)
            kept = memoryview(pa.Codec("zstd", LEVEL).compress(piece)) if packed else piece
            digest.update(kept)
            stored += self._file.write(kept)
        if length is not None and size != length:
            raise BadInput("backup.shrank", name=name)
        self._file.write(b"\0" * (-stored % tarfile.BLOCKSIZE))
        end = self._file.tell()
        self._file.seek(start)
        self._head(member, stored)
        self._file.seek(end)
        entry = Entry(name, packed, size, stored, digest.hexdigest())
        self.entries.append(entry)
        return entry

    def _head(self, member: str, size: int) -> int:
        """Write the header of a member; answers where it stands. It is as long for any size."""
        info = tarfile.TarInfo(member)
        info.size, info.mode, info.mtime = size, 0o600, self._moment
        start = self._file.tell()
        self._file.write(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape"))
        return start

    def finish(self, about: dict[str, Any]) -> None:
        """Add the manifest; everything is on the disk afterwards."""
        listed = [asdict(entry) for entry in self.entries]
        text = json.dumps({"format": FORMAT, **about, "members": listed}, ensure_ascii=False, indent=1).encode()
        for name, content in ((MANIFEST, text), (SEAL, hashlib.sha256(text).hexdigest().encode() + b"\n")):
            self._head(name, len(content))
            self._file.write(content + b"\0" * (-len(content) % tarfile.BLOCKSIZE))
        self._file.write(b"\0" * (2 * tarfile.BLOCKSIZE))
        self._file.flush()
        os.fsync(self._file.fileno())

    def place(self) -> None:
        self.part.replace(self.path)
        sync_folder(self.path.parent)


def pieces(source: IO[bytes], length: int | None = None) -> Iterator[bytes]:
    left = length
    while left is None or left > 0:
        piece = source.read(PIECE if left is None else min(PIECE, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


class Reader:
    """A backup that is being read. Raises BadInput where the file is none, or its manifest is not to be trusted."""

    def __init__(self, path: Path):
        self.path = path
        self._infos: dict[str, tarfile.TarInfo] = {}
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by __exit__
            for info in self._tar:
                self._infos[info.name] = info
        except (tarfile.TarError, EOFError) as error:
            if hasattr(self, "_tar"):
                raise self._cut_short() from error
            raise BadInput("backup.no_backup", file=str(path), why=str(error)) from error
        self.manifest = self._manifest()
        self.entries = {entry.name: entry for entry in map(_entry, self.manifest["members"])}

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def _manifest(self) -> dict[str, Any]:
        if MANIFEST not in self._infos or SEAL not in self._infos:
            raise self._cut_short()
        text, seal = self._read(MANIFEST), self._read(SEAL)
        if hashlib.sha256(text).hexdigest().encode() != seal.strip():
            raise BadInput("backup.manifest_damaged", file=str(self.path))
        manifest: dict[str, Any] = json.loads(text)
        if manifest["format"] > FORMAT:
            raise BadInput("backup.newer_format", file=str(self.path), version=manifest.get("version", "?"))
        return manifest

    def _cut_short(self) -> BadInput:
        return BadInput("backup.cut_short", file=str(self.path), last=next(reversed(self._infos), "-"))

    def _read(self, member: str) -> bytes:
        file = self._tar.extractfile(self._infos[member])
        return file.read() if file is not None else b""

    def stored(self, entry: Entry) -> IO[bytes]:
        """The bytes of a member as they lie in the file."""
        file = self._tar.extractfile(self._infos[entry.member])
        if file is None:
            raise BadInput("backup.member_damaged", file=str(self.path), where=entry.name, what="no regular file")
        return file

    def content(self, entry: Entry) -> Iterator[bytes]:
        """A member unpacked, in pieces."""
        raw = self.stored(entry)
        packed = entry.packed and entry.stored > 0
        source: Any = pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd") if packed else raw
        yield from pieces(source)

    def check(self) -> list[Wrong]:
        """Every member against its digest, and nothing missing, nothing besides."""
        wrong = []
        for entry in self.entries.values():
            found = self._compare(entry)
            if found:
                wrong.append(Wrong(entry.name, found))
        known = {entry.member for entry in self.entries.values()} | {MANIFEST, SEAL}
        wrong += [
            Wrong(name, "stands in the file and not in the manifest") for name in self._infos if name not in known
        ]
        return wrong

    def _compare(self, entry: Entry) -> str:
        info = self._infos.get(entry.member)
        if info is None:
            return "is named by the manifest and missing from the file"
        if not info.isreg() or not is_safe(entry.name):
            return "is no plain file of a data directory"
        digest, size = hashlib.sha256(), 0
        for piece in pieces(self.stored(entry)):
            digest.update(piece)
            size += len(piece)
        if size != entry.stored:
            return f"has {size} bytes instead of {entry.stored}"
        return "" if digest.hexdigest() == entry.sha256 else "is damaged: its SHA-256 is not that of the manifest"

    def extract(self, entry: Entry, folder: Path) -> Path:
        """Put one member where it belongs under `folder`; it is readable by its owner only."""
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in self.content(entry):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if path.stat().st_size != entry.size:
            raise BadInput("backup.member_damaged", file=str(self.path), where=entry.name, what="other length unpacked")
        return path


def is_safe(name: str) -> bool:
    """Whether a name stays inside the folder into which it is put."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and name == str(path) and name not in (MANIFEST, SEAL)


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(row["name"], row["packed"], row["size"], row["stored"], row["sha256"])
