"""Who serves at a desk."""

from __future__ import annotations

from citybrain.applications.operations.desk.models import Handover
from citybrain.base.accounts import Viewer
from citybrain.base.accounts.models import User
from citybrain.base.accounts.queries import duties_in_force
from citybrain.base.accounts.roles import ROLES
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region

HANDING_OVER = "handover.write"
MOST_PEOPLE = 500


def desk_for(viewer: Viewer, *, region: str = "", organisation: str = "", permission: str = HANDING_OVER) -> Handover:
    """The desk that codes name, as an unsaved row; without codes that of the viewer's own widest duty.

    Raises Forbidden without the permission, NotFound where the desk is out of reach, BadInput for an unknown code.
    """
    viewer.check(permission)
    if region or organisation:
        desk = Handover(region=_region(region), organisation=_organisation(organisation))
    else:
        desk = _own_desk(viewer, permission)
    viewer.check(permission, on=desk)
    return desk


def _own_desk(viewer: Viewer, permission: str) -> Handover:
    grants = [grant for grant in viewer.grants if permission in grant.permissions]
    widest = min(grants, key=lambda one: (one.region_path.count("/"), one.organisation_path.count("/")))
    region = Region.objects.filter(path=widest.region_path).first() if widest.region_path != "/" else None
    whose = widest.organisation_path
    organisation = Organisation.objects.filter(path=whose).first() if whose != "/" else None
    return Handover(region=region, organisation=organisation)


def _region(code: str) -> Region | None:
    if not code:
        return None
    found = Region.objects.filter(code=code).first()
    if found is None:
        raise BadInput("input.invalid", fields=(FieldError("region", "case.unknown_region", {"code": code}),))
    return found


def _organisation(code: str) -> Organisation | None:
    if not code:
        return None
    found = Organisation.objects.filter(code=code, is_active=True).first()
    if found is None:
        wrong = FieldError("organisation", "case.unknown_organisation", {"code": code})
        raise BadInput("input.invalid", fields=(wrong,))
    return found


def people_of(viewer: Viewer, desk: Handover) -> list[User]:
    """Active accounts with a duty that hands over at this desk, by name, at most 500."""
    viewer.check("handover.read")
    roles = [key for key, role in ROLES.items() if HANDING_OVER in role.permissions]
    duties = duties_in_force().filter(role__in=roles, user__is_active=True).select_related("user")
    found: dict[int, User] = {}
    for duty in duties:
        here = _serves(duty.region_path, desk.region_path) and _serves(duty.organisation_path, desk.organisation_path)
        if here and len(found) < MOST_PEOPLE:
            found.setdefault(duty.user_id, duty.user)
    return sorted(found.values(), key=lambda user: (user.actor_label, user.pk))


def _serves(path: str, desk: str) -> bool:
    """A duty at or above the desk serves it; the desk of the whole city only one for the whole city."""
    return path == "/" or (desk != "" and desk.startswith(path))
