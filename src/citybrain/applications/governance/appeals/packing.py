"""`appeals.yaml` of a pack: checked against the kinds of case and loops that it speaks of, then kept as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from citybrain.applications.governance.appeals.manifest import AppealsFile
from citybrain.applications.governance.appeals.models import Declaration
from citybrain.base import audit
from citybrain.base.audit import Actor
from citybrain.hubs.business.cases.packing import default_file

if TYPE_CHECKING:
    from citybrain.base.packs.contents import Contents
    from citybrain.base.packs.findings import Findings


def check_appeals(pack: Contents, parsed: AppealsFile, findings: Findings) -> None:
    """Kinds of case, loops and states exist, and nothing is said twice."""
    seen: set[str] = set()
    for index, category in enumerate(parsed.categories):
        if category.key in seen:
            findings.add(("categories", index, "key"), "appeal.category_twice", key=category.key)
        seen.add(category.key)
        if category.case_type:
            findings.check_name(("categories", index, "case_type"), "case_type", category.case_type)
    for index, code in enumerate(parsed.not_public):
        findings.check_name(("not_public", index), "case_type", code)
    loops = {loop.key: loop for file in _case_files(findings) for loop in file.loops}
    for index, words in enumerate(parsed.progress):
        if words.loop not in loops:
            known = ", ".join(sorted(loops))
            findings.add(("progress", index, "loop"), "appeal.unknown_loop", loop=words.loop, known=known)
            continue
        for state in sorted(set(words.states) - set(loops[words.loop].state_by_key)):
            findings.add(("progress", index, "states", state), "loop.unknown_state", state=state, step="")


def _case_files(findings: Findings):  # type: ignore[no-untyped-def]  # what the section of cases declares
    return [default_file(), *(parsed for _, parsed in findings.declared("cases.yaml"))]


def apply_appeals(pack: Contents, parsed: AppealsFile, *, actor: Actor) -> None:
    """The door of the pack loader."""
    declare_appeals(pack.key, parsed, actor=actor)


@transaction.atomic
def declare_appeals(pack: str, parsed: AppealsFile, *, actor: Actor) -> Declaration:
    """Keep what a pack says to citizens, in place of what it said before."""
    definition = parsed.model_dump(mode="json", exclude_defaults=True)
    row, is_new = Declaration.objects.get_or_create(pack=pack, defaults={"definition": definition})
    if not is_new and row.definition == definition:
        return row
    row.definition = definition
    row.save(update_fields=["definition"])
    audit.record(actor, "appeals.declared", kind="pack", key=pack, categories=len(parsed.categories))
    return row
