"""What packs there are, what is wrong with them, and what operators changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import NotFound
from citybrain.base.packs.contents import Contents, hash_of, raw_of
from citybrain.base.packs.discovery import Source, find_sources, source_at
from citybrain.base.packs.judge import judge, problems_of_all, prove
from citybrain.base.packs.layers import Change, value_at
from citybrain.base.packs.models import Pack, PackOverride
from citybrain.base.packs.problems import Problem
from citybrain.base.packs.reading import read_pack


def changes_in_force(packs: Iterable[str] | None = None) -> dict[str, list[Change]]:
    """The operators' changes that hold now, by pack: the newest row of each place, unless it was given back."""
    rows = PackOverride.objects.order_by("pack", "version")
    if packs is not None:
        rows = rows.filter(pack__in=list(packs))
    newest = {(row.pack, row.section, row.path): row for row in rows}
    found: dict[str, list[Change]] = {}
    for row in sorted(newest.values(), key=lambda row: (row.pack, row.version)):
        if not row.removed:
            found.setdefault(row.pack, []).append(Change(row.section, row.path, row.value))
    return found


def check_packs(paths: Sequence[Path] = (), *, proving: bool = False) -> list[Problem]:
    """What is wrong with the packs in these folders (default: all installed ones), as their authors wrote them.

    The other installed packs are read too, so that dependencies can be followed; only problems of the asked ones are
    answered. `proving` also runs each pack's recorded history.
    """
    installed = find_sources()
    asked = [source_at(path) for path in paths] or installed
    folders = {source.folder for source in asked}
    keys = {source.key for source in asked}
    others = [source for source in installed if source.folder not in folders and source.key not in keys]
    packs = judge([*others, *asked])
    wanted = {source.key: packs[source.key] for source in asked}
    if proving:
        for pack in wanted.values():
            if not pack.problems:
                prove(pack)
    return problems_of_all(wanted)


def read_installed() -> dict[str, Contents]:
    """Every installed pack with the operators' changes laid over it, in the order of loading; not to be changed.

    Kept while no file and no change is another: reading all of them takes a good part of a second.
    """
    global _read
    sources, changes = find_sources(), changes_in_force()
    mark = tuple((str(one.folder), hash_of(one.folder, repr(changes.get(one.key)))) for one in sources)
    if _read is None or _read[0] != mark:
        _read = mark, judge(sources, changes=changes)
    return _read[1]


_read: tuple[tuple[tuple[str, str], ...], dict[str, Contents]] | None = None


def list_packs(viewer: Viewer) -> list[dict[str, Any]]:
    """Every installed pack, loaded or not, with its version, state and problems.

    A pack that was loaded and whose folder is not there any more is `gone`; what it declared stays in force.
    """
    check_may(viewer, "pack.read")
    rows = {row.key: row for row in Pack.objects.all()}
    found = [_summary(source, rows.pop(source.key, None)) for source in find_sources()]
    return found + [{**_summary(Source(key, Path(), row.source), row), "state": "gone"} for key, row in rows.items()]


def get_pack(viewer: Viewer, key: str) -> dict[str, Any]:
    """One pack with what it declares, as it holds here (changes included); raises NotFound `packs.unknown`."""
    check_may(viewer, "pack.read")
    contents = _installed(key)
    summary = _summary(contents.source, Pack.objects.filter(key=key).first())
    manifest = contents.manifest.model_dump(mode="json") if contents.manifest else {}
    return {
        **summary,
        "manifest": manifest,
        "declares": {file: document.data for file, document in sorted(contents.documents.items()) if _shown(file)},
        "adjustments": list_adjustments(viewer, key),
    }


def _shown(file: str) -> bool:
    return not file.startswith("history/") and file != "pack.yaml"


def list_adjustments(viewer: Viewer, key: str) -> list[dict[str, Any]]:
    """Every change that operators made to a pack, newest first; `in_force` says which of them hold."""
    check_may(viewer, "pack.read")
    contents = read_installed().get(key)
    written = _as_written(contents) if contents else {}
    held = {(change.section, change.path) for change in changes_in_force([key]).get(key, [])}
    found, seen = [], set()
    for row in PackOverride.objects.filter(pack=key).order_by("-version"):
        place = (row.section, row.path)
        newest = place not in seen
        seen.add(place)
        found.append({
            "version": row.version, "section": row.section, "path": row.path, "value": row.value,
            "removed": row.removed, "by": row.by, "at": row.at, "note": row.note,
            "in_force": newest and place in held, "declared": value_at(written.get(row.section), row.path),
        })  # fmt: skip
    return found


def _as_written(contents: Contents) -> Mapping[str, Any]:
    """What each file of a pack says without the operators' changes."""
    return raw_of(read_pack(contents.source))


def _installed(key: str) -> Contents:
    packs = read_installed()
    if key not in packs:
        raise NotFound("packs.unknown", pack=key, known=", ".join(sorted(packs)))
    return packs[key]


def preview_adjustment(
    viewer: Viewer, key: str, section: str, path: str, value: Any, *, restoring: bool = False
) -> dict[str, Any]:
    """What a change of one place would be: the pack's own value, today's and the new one, and what the judge says.

    Nothing is kept. Raises NotFound `packs.unknown`.
    """
    check_may(viewer, "pack.write")
    contents, before, changes = _installed(key), read_installed(), changes_in_force()
    others = [change for change in changes.get(key, []) if (change.section, change.path) != (section, path)]
    tried = {**changes, key: others if restoring else [*others, Change(section, path, value)]}
    after = judge(find_sources(), changes=tried)
    known = set(map(str, problems_of_all(before)))
    return {
        "declared": value_at(_as_written(contents).get(section), path),
        "now": declared_value(contents, section, path),
        "then": declared_value(after[key], section, path),
        "problems": [problem.row() for problem in problems_of_all(after) if str(problem) not in known],
    }


def declared_value(contents: Contents, section: str, path: str) -> Any:
    """What stands at a place of a pack now, changes included; None where nothing does."""
    document = contents.documents.get(section)
    return None if document is None else value_at(document.data, path)


def _summary(source: Source, row: Pack | None) -> dict[str, Any]:
    problems = row.problems if row else []
    state = "faulty" if problems else "loaded" if row is not None and row.loaded_at else "not_loaded"
    return {
        "key": source.key,
        "title": row.title if row else {"zh": source.key, "en": source.key},
        "version": row.version if row else "",
        "owner": row.owner if row else "",
        "source": source.kind,
        "state": state,
        "loaded_at": row.loaded_at if row else None,
        "content_hash": row.content_hash if row else "",
        "problems": problems,
        "warnings": row.warnings if row else [],
    }
