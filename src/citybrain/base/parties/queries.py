"""Everything that is read of parties. Below accounts a query takes a compiled condition, not a viewer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from citybrain.base.conditions import Condition
from citybrain.base.errors import NotFound
from citybrain.base.parties.models import Organisation, Post
from citybrain.base.places.types import Permitted
from citybrain.base.querying import Page, keyset_page, to_q


def organisation_of(code: str) -> Organisation:
    """The organisation with this code; raises NotFound `party.unknown_organisation`."""
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise NotFound("party.unknown_organisation", organisation=code)
    return found


def list_organisations(
    scope: Condition,
    *,
    parent: str | None = None,
    under: str = "/",
    kind: str | None = None,
    search: str = "",
    code: Sequence[str] = (),
    is_active: bool | None = True,
    after: str | None = None,
    limit: int = 100,
) -> Page[Organisation]:
    """Organisations in the order of the tree (by path), each after the one above it.

    `parent` is a code (`""`: the roots), `under` a path; closed ones only when asked for, as such or by `code`.
    """
    rows = _visible(scope)
    if parent is not None:
        rows = rows.filter(parent__code=parent) if parent else rows.filter(parent=None)
    if under != "/":
        rows = rows.filter(path__startswith=under)
    if kind:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(name_en__icontains=search) | Q(code__startswith=search))
    if code:
        rows = rows.filter(code__in=code)
    elif is_active is not None:
        rows = rows.filter(is_active=is_active)
    page = keyset_page(rows, order=("path",), after=after, limit=limit)
    if parent and not page.items and not Organisation.objects.filter(code=parent).exists():
        raise NotFound("party.unknown_organisation", organisation=parent)
    return page


def get_organisation(scope: Condition, code: str) -> Organisation:
    """One organisation with its posts; raises NotFound `party.unknown_organisation`."""
    found = _visible(scope).filter(code=code).prefetch_related("posts").first()
    if found is None:
        raise NotFound("party.unknown_organisation", organisation=code)
    return found


def get_organisation_to_change(code: str, *, actor: Permitted) -> Organisation:
    """The organisation, if the actor may change it; raises NotFound `party.unknown_organisation` and Forbidden."""
    found = Organisation.objects.select_related("region", "parent").filter(code=code).first()
    actor.check("party.write", on=found)
    if found is None:
        raise NotFound("party.unknown_organisation", organisation=code)
    return found


def ancestors_of(organisation: Organisation) -> list[Organisation]:
    """The organisations above, from the root down."""
    codes = organisation.path.strip("/").split("/")[:-1]
    return list(Organisation.objects.filter(code__in=codes).order_by("path"))


def has_parts(organisation: Organisation) -> bool:
    """Whether there are active organisations below; known already for rows that came from these queries."""
    known = getattr(organisation, "has_parts", None)
    return bool(organisation.children.filter(is_active=True).exists() if known is None else known)


def posts_of(organisation: Organisation) -> list[Post]:
    """The posts of an organisation in the order of their codes."""
    return sorted(organisation.posts.all(), key=lambda post: post.code)


def _visible(scope: Condition) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(to_q(scope, Organisation.SCOPE.columns))
    return rows.select_related("region", "parent").annotate(has_parts=_has_parts())


def _has_parts() -> Exists:
    return Exists(Organisation.objects.filter(parent=OuterRef("pk"), is_active=True))
