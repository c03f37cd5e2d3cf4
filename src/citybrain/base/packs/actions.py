"""Loading packs into the database, and operators' changes over them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.audit import SYSTEM, Actor
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.packs.contents import Contents, hash_of
from citybrain.base.packs.discovery import Source, find_sources
from citybrain.base.packs.judge import judge, problems_of_all
from citybrain.base.packs.messages import PackAdjusted, PackLoaded
from citybrain.base.packs.models import Pack, PackOverride
from citybrain.base.packs.problems import Problem, guess
from citybrain.base.packs.published import fingerprint
from citybrain.base.packs.queries import changes_in_force
from citybrain.base.packs.reading import read_pack
from citybrain.base.packs.sections import Apply, sections


def load_packs(*, actor: Actor) -> list[Problem]:
    """Bring what every installed pack declares into the database; returns what is wrong.

    Idempotent, and quick when nothing changed: a pack is read again only when the hash over its files, the operators'
    changes and the sections known here is another, or something it stands on was loaded again. A pack with problems
    is left as it was last good; so is every pack that stands on it.
    """
    sources = find_sources()
    changes = changes_in_force()
    hashes = {one.key: hash_of(one.folder, fingerprint(), repr(changes.get(one.key))) for one in sources}
    known = {row.key: row for row in Pack.objects.all()}
    if all(_stands(known.get(key), hashes[key]) for key in hashes):
        return []
    packs = judge(sources, changes=changes)
    fresh: set[str] = set()
    problems: list[Problem] = []
    for key, contents in packs.items():
        faulty_needs = [need for need in contents.needs.values() if need.problems]
        if contents.problems or faulty_needs:
            _note_problems(contents, hashes[key])
            problems.extend(contents.problems)
        elif not _stands(known.get(key), hashes[key]) or fresh & set(contents.needs):
            _load(contents, hashes[key], actor=actor)
            fresh.add(key)
    return problems


def load_lacking() -> None:
    """Load again when a pack has warnings: what the city lacked for it may be there now."""
    if Pack.objects.exclude(warnings=[]).exists():
        load_packs(actor=SYSTEM)


def _stands(row: Pack | None, content_hash: str) -> bool:
    return row is not None and row.content_hash == content_hash and not row.problems and not row.warnings


@transaction.atomic
def _load(contents: Contents, content_hash: str, *, actor: Actor) -> None:
    manifest = contents.manifest
    assert manifest is not None
    row, _ = Pack.objects.select_for_update().get_or_create(key=manifest.key, defaults={"version": manifest.version})
    warnings = [str(one) for apply, parsed in _to_apply(contents) for one in apply(contents, parsed, actor=actor) or ()]
    row.version, row.title, row.owner = manifest.version, manifest.title.model_dump(), manifest.owner
    row.source, row.content_hash, row.problems = contents.source.kind, content_hash, []
    row.warnings = warnings
    row.loaded_at = clock.now()
    row.save()

    audit.record(actor, "pack.loaded", row, key=row.key, version=row.version, content_hash=content_hash)
    message = PackLoaded(pack=row.key, version=row.version, content_hash=content_hash)
    bus.publish(message, subject=f"pack/{row.key}", actor=actor)


def _to_apply(contents: Contents) -> list[tuple[Apply, Any]]:
    """What applies each parsed file, in order; a file that is not (any more) there counts as an empty one."""
    found: list[tuple[Apply, Any]] = []
    for section in sections():
        if section.apply is None:
            continue
        parsed = [content for file, content in contents.sections.items() if section.owns(file)]
        if not parsed and "*" not in section.file:
            with suppress(ValidationError):
                parsed = [section.schema.model_validate({})]
        found.extend((section.apply, content) for content in parsed)
    return found


def _note_problems(contents: Contents, content_hash: str) -> None:
    """What is wrong is kept where screens show it; version and content of the last good load stay."""
    rows = [problem.row() for problem in contents.problems]
    for need in contents.needs.values():
        if need.problems:
            data = {"pack": need.source.key}
            rows.append(Problem(contents.folder / "pack.yaml", 1, ("depends",), "packs.dependency_faulty", data).row())
    title = contents.manifest.title.model_dump() if contents.manifest else {}
    defaults = {"version": contents.manifest.version if contents.manifest else "", "title": title,
                "source": contents.source.kind}  # fmt: skip
    row, _ = Pack.objects.get_or_create(key=contents.source.key, defaults=defaults)
    row.problems = rows
    row.save(update_fields=["problems"])


@transaction.atomic
def adjust_pack(pack: str, section: str, path: str, value: Any, *, actor: Viewer, note: str = "") -> PackOverride:
    """Lay an operator's value over one place of a pack, and load the pack with it.

    `path` reads `rules/pm25-high/raise_at`; the value None takes the place away. Raises NotFound `packs.unknown`,
    and BadInput with the judge's words when the pack would not be right with the change: then nothing is kept.
    """
    return _adjust(pack, section, path, value, removed=False, actor=actor, note=note)


@transaction.atomic
def restore_pack(pack: str, section: str, path: str, *, actor: Viewer, note: str = "") -> PackOverride:
    """Give one place back to what the pack declares; raises NotFound `packs.no_adjustment` when nothing lies there."""
    held = {(change.section, change.path) for change in changes_in_force([pack]).get(pack, [])}
    if (section, path) not in held:
        raise NotFound("packs.no_adjustment", pack=pack, section=section, path=path)
    return _adjust(pack, section, path, None, removed=True, actor=actor, note=note)


def _adjust(pack: str, section: str, path: str, value: Any, *, removed: bool, actor: Viewer, note: str) -> PackOverride:
    check_may(actor, "pack.write")
    sources = {source.key: source for source in find_sources()}
    if pack not in sources:
        raise NotFound("packs.unknown", pack=pack, known=guess(pack, sources) or ", ".join(sorted(sources)))
    if section not in _readable(sources[pack]):
        raise BadInput("packs.no_section", pack=pack, section=section, known=", ".join(_readable(sources[pack])))
    list(Pack.objects.select_for_update().filter(key=pack))
    before = set(map(str, _judged()))
    last = PackOverride.objects.filter(pack=pack).order_by("-version").first()
    row = PackOverride.objects.create(
        pack=pack, section=section, path=path, value=value, removed=removed, version=last.version + 1 if last else 1,
        by=actor.actor_key, at=clock.now(), note=note,
    )  # fmt: skip
    wrong = [problem for problem in _judged() if str(problem) not in before]
    if wrong:
        fields = tuple(FieldError("/".join(map(str, one.place)), one.code, one.data) for one in wrong)
        raise BadInput("packs.adjustment_refused", fields=fields, pack=pack)
    load_packs(actor=actor)

    audit.record(actor, "pack.adjusted", row, key=pack, section=section, path=path, value=value, removed=removed)
    message = PackAdjusted(pack=pack, section=section, path=path, version=row.version)
    bus.publish(message, subject=f"pack/{pack}", actor=actor)
    return row


def _readable(source: Source) -> list[str]:
    """The files of a pack that can be adjusted."""
    return sorted(file for file in read_pack(source).sections if not file.startswith("history/"))


def _judged() -> list[Problem]:
    return problems_of_all(judge(find_sources(), changes=changes_in_force()))
