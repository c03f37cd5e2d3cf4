"""Every write of parties. Writers of the tree wait for each other, so that two moves never make a circle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import IntegrityError, transaction

from citybrain.base.audit import Actor, record
from citybrain.base.bus import Draft, Message, publish, publish_many
from citybrain.base.conditions import TRUE
from citybrain.base.errors import Conflict, Forbidden
from citybrain.base.parties.importing import Imported, OrganisationImport
from citybrain.base.parties.messages import (
    OrganisationChanged,
    OrganisationClosed,
    OrganisationCreated,
    OrganisationMoved,
    OrganisationsImported,
)
from citybrain.base.parties.models import Organisation, Post
from citybrain.base.parties.rosters import read_roster_text
from citybrain.base.parties.types import Keeper, OrganisationRow
from citybrain.base.places.models import Region
from citybrain.base.querying.trees import move_subtree, path_of


@transaction.atomic
def create_organisation(
    *,
    actor: Actor,
    code: str,
    name: str,
    parent: Organisation | None,
    kind: str = "department",
    region: Region | None = None,
    name_en: str = "",
) -> Organisation:
    """Add one organisation below `parent` (None: a tree of its own).

    Raises Conflict `party.code_taken` and `party.closed`, BadInput `tree.code` and `tree.too_deep`.
    """
    _lock_tree()
    if parent is not None:
        parent.refresh_from_db()
        _check_active(parent)
    path = path_of(code, parent)
    if Organisation.objects.filter(code=code).exists():
        raise Conflict("party.code_taken", organisation=code)
    organisation = Organisation.objects.create(
        code=code, name=name, name_en=name_en, kind=kind, parent=parent, path=path, region=region
    )

    record(actor, "organisation.created", organisation, name=name, kind_of=kind, path=path)
    _publish(OrganisationCreated(code=code, name=name, kind=kind, path=path), organisation, actor)
    return organisation


@transaction.atomic
def change_organisation(
    organisation: Organisation,
    *,
    actor: Actor,
    name: str | None = None,
    name_en: str | None = None,
    kind: str | None = None,
    region: Region | None = None,
) -> Organisation:
    """Give an organisation another name, kind or region; what is None stays. Code and path stay in any case."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    wanted = {"name": name, "name_en": name_en, "kind": kind, "region_id": region.pk if region else None}
    changed = [key for key, value in wanted.items() if value is not None and value != getattr(organisation, key)]
    if not changed:
        return organisation
    before = {key: getattr(organisation, key) for key in changed}
    for key in changed:
        setattr(organisation, key, wanted[key])
    organisation.save(update_fields=changed)

    record(actor, "organisation.changed", organisation, before=before, after={key: wanted[key] for key in changed})
    fields = [key.removesuffix("_id") for key in changed]
    _publish(OrganisationChanged(code=organisation.code, path=organisation.path, changed=fields), organisation, actor)
    return organisation


@transaction.atomic
def move_organisation(organisation: Organisation, *, actor: Actor, parent: Organisation | None) -> Organisation:
    """Put an organisation, with everything below it, under another one (None: make it a tree of its own).

    Raises Conflict `tree.circle` and `party.closed`, BadInput `tree.too_deep`.
    """
    _lock_tree()
    organisation.refresh_from_db()
    if parent is not None:
        parent.refresh_from_db()
        _check_active(parent)
    if organisation.parent_id == (parent.pk if parent else None):
        return organisation
    old_path = move_subtree(organisation, parent)

    record(actor, "organisation.moved", organisation, path=organisation.path, old_path=old_path)
    message = OrganisationMoved(code=organisation.code, path=organisation.path, old_path=old_path)
    _publish(message, organisation, actor)
    return organisation


@transaction.atomic
def close_organisation(organisation: Organisation, *, actor: Actor) -> Organisation:
    """Close an organisation: it stays for what points at it, and takes nothing new.

    Raises Conflict `party.has_parts` while there are active ones below it.
    """
    _lock_tree()
    organisation.refresh_from_db()
    if not organisation.is_active:
        return organisation
    if organisation.children.filter(is_active=True).exists():
        raise Conflict("party.has_parts", organisation=organisation.code)
    organisation.is_active = False
    organisation.save(update_fields=["is_active"])

    record(actor, "organisation.closed", organisation)
    _publish(OrganisationClosed(code=organisation.code, path=organisation.path), organisation, actor)
    return organisation


@transaction.atomic
def create_post(organisation: Organisation, *, actor: Actor, code: str, name: str, name_en: str = "") -> Post:
    """Add a post to an organisation; raises Conflict `party.post_taken` and `party.closed`."""
    path_of(code, None)
    _check_active(organisation)
    try:
        with transaction.atomic():
            post = Post.objects.create(organisation=organisation, code=code, name=name, name_en=name_en)
    except IntegrityError as error:
        raise Conflict("party.post_taken", post=code, organisation=organisation.code) from error

    record(actor, "organisation.post_created", organisation, post=code, name=name)
    message = OrganisationChanged(code=organisation.code, path=organisation.path, changed=["posts"])
    _publish(message, organisation, actor)
    return post


@transaction.atomic
def import_organisations(rows: Sequence[OrganisationRow], *, actor: Actor) -> Imported:
    """Make or update the organisations of a roster; nothing is taken away, the same again changes nothing."""
    _lock_tree()
    done = OrganisationImport(rows).run()
    if not done.is_change:
        return done
    counts = {
        "created": len(done.created),
        "changed": len(done.changed),
        "moved": len(done.moved),
        "posts": done.posts,
    }
    record(
        actor,
        "organisation.imported",
        kind="organisation",
        key="all",
        counts=counts,
        created=done.created,
        changed=done.changed,
    )
    drafts = [Draft(OrganisationsImported(**counts), "organisation/all")]
    for code, old_path, path in done.moved:
        message = OrganisationMoved(code=code, path=path, old_path=old_path)
        drafts.append(Draft(message, f"organisation/{code}", organisation_paths=(path, old_path)))
    publish_many(drafts, actor=actor)
    return done


def take_roster(file: str, text: str, *, actor: Keeper, is_preview: bool = False) -> Imported:
    """Read a roster that somebody sends and import it, or say what it would do; wrong rows are problems of the answer.

    Raises Forbidden for who does not keep the whole tree, BadInput `party.source` for what is no roster.
    """
    actor.check("party.write")
    if actor.where(Organisation.SCOPE, "party.write") != TRUE:
        raise Forbidden("account.elsewhere", permission="party.write")
    rows, problems = read_roster_text(Path(file), text)
    done = preview_import(rows) if is_preview else import_organisations(rows, actor=actor)
    done.problems[:0] = problems
    return done


@transaction.atomic
def preview_import(rows: Sequence[OrganisationRow]) -> Imported:
    """What `import_organisations` would do with these rows; nothing is kept."""
    _lock_tree()
    done = OrganisationImport(rows).run()
    transaction.set_rollback(True)
    return done


def _publish(message: Message, organisation: Organisation, actor: Actor) -> None:
    publish(message, subject=f"organisation/{organisation.code}", actor=actor, organisation_paths=(organisation.path,))


def _lock_tree() -> None:
    """Hold the roots, in the order of their keys, until the transaction ends."""
    list(Organisation.objects.select_for_update().filter(parent=None).order_by("pk").values_list("pk"))


def _check_active(organisation: Organisation) -> None:
    if not organisation.is_active:
        raise Conflict("party.closed", organisation=organisation.code)
