"""A file is seen by whoever may see what it is attached to (and files at all); before that by its uploader."""

from __future__ import annotations

from citybrain.base.accounts.permission import models_by_kind
from citybrain.base.accounts.types import Viewer
from citybrain.base.conditions import FALSE, Compare, Condition, every, one_of

FIELDS = frozenset({"region_path", "organisation_path", "holders"})


def files_within_reach(viewer: Viewer, permission: str) -> Condition:
    """The condition over the columns of a file's scope; kinds that the viewer reaches equally stand together."""
    uploads = every(Compare("owner_kind", "eq", ""), Compare("uploader", "eq", viewer.actor_key))
    kinds_of: dict[Condition, list[str]] = {}
    for kind, model in sorted(models_by_kind().items()):
        scope = model.SCOPE  # type: ignore[attr-defined]  # every model in there has one
        if scope.where is None:
            kinds_of.setdefault(reach_of(viewer, permission, scope.read), []).append(kind)
    attached = [
        every(Compare("owner_kind", "in", tuple(kinds)), reach) for reach, kinds in kinds_of.items() if reach != FALSE
    ]
    return one_of(uploads, *attached)


def reach_of(viewer: Viewer, permission: str, owner_read: str) -> Condition:
    """Where one and the same duty carries both the permission on files and the reading of their owner."""
    both = (grant for grant in viewer.grants if permission in grant.permissions)
    return one_of(*(grant.reach(owner_read, reading=True, fields=FIELDS) for grant in both))
