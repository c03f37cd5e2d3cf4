"""Who may take a step: a permission, and a relation to this case."""

from __future__ import annotations

from collections.abc import Callable

from citybrain.base.accounts import Viewer
from citybrain.base.audit import Actor
from citybrain.base.errors import Forbidden, NotFound
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Assignment, Case
from citybrain.hubs.business.cases.types import Reporter

REPORTER = "reporter"
BY_FACT = frozenset({"system", REPORTER})
"""Relations that no permission gives: being the platform itself, or having reported the case."""
SOURCE_ROLES = frozenset({"source_system", "integrator"})
PERMISSION_OF = {
    "dispatcher": "case.dispatch",
    "holder": "case.handle",
    "helper": "case.handle",
    "verifier": "case.verify",
    "supervisor": "case.supervise",
    "source": "signal.report",
}


def is_platform(actor: Actor) -> bool:
    """Whether the platform itself acts (an alarm, a clock, a subscription), not a person or a token."""
    return actor.actor_key.startswith("system:")


def check_duty(actor: Actor, case: Case, step: Transition) -> None:
    """Raises Forbidden when no duty of the actor carries what the step's relations need, NotFound when he cannot see
    the case: what comes before any word about its state.
    """
    if is_platform(actor):
        return
    check_sees(actor, case)
    if isinstance(actor, Reporter):
        may = REPORTER in step.who
    else:
        relations = set(step.who) - BY_FACT
        wanted = {step.permission or PERMISSION_OF[relation] for relation in relations}
        may = any(viewer_of(actor).may(permission) for permission in wanted)
    if not may:
        raise Forbidden("case.not_yours", number=case.number, who=", ".join(step.who))


def check_step(actor: Actor, case: Case, step: Transition) -> None:
    """Raises Forbidden `case.not_yours` when the actor stands in none of the step's relations to the case."""
    if is_platform(actor) or isinstance(actor, Reporter):  # of a reporter all is known: `check_duty`
        return
    viewer = viewer_of(actor)
    if not any(relation not in BY_FACT and relates(viewer, case, relation, step.permission) for relation in step.who):
        raise Forbidden("case.not_yours", number=case.number, who=", ".join(step.who))


def check_sees(actor: Actor, case: Case) -> None:
    """Raises NotFound when the case is not visible to the viewer, or not the one that this citizen reported."""
    sees = actor.case == case.number if isinstance(actor, Reporter) else viewer_of(actor).reaches(case)
    if not sees:
        raise NotFound("input.not_found")


def relates(viewer: Viewer, case: Case, relation: str, permission: str | None = None) -> bool:
    """Whether the viewer stands in a relation to the case (`permission` replaces the relation's own)."""
    wanted = permission or PERMISSION_OF[relation]
    return viewer.may(wanted) and _RELATIONS[relation](viewer, case, wanted)


def viewer_of(actor: Actor) -> Viewer:
    if not isinstance(actor, Viewer):
        raise TypeError(f"{actor.actor_key} acts on a case without being a viewer or the platform")
    return actor


def _over(viewer: Viewer, case: Case, permission: str) -> bool:
    return viewer.reaches(case, permission)


def _holds(viewer: Viewer, case: Case, permission: str) -> bool:
    return case.organisation_path != "" and viewer.reaches(case, permission)


def _helps(viewer: Viewer, case: Case, permission: str) -> bool:
    return own_assist(viewer, case, permission) is not None


def own_assist(viewer: Viewer, case: Case, permission: str = "case.handle") -> Assignment | None:
    """The open task of help that an organisation of the viewer has in the case."""
    reach = [grant.organisation_path for grant in viewer.grants if permission in grant.permissions]
    tasks = Assignment.objects.filter(case=case, role=Assignment.Role.ASSIST, until=None).select_related("organisation")
    return next((task for task in tasks if any(task.organisation_path.startswith(path) for path in reach)), None)


def _verifies(viewer: Viewer, case: Case, permission: str) -> bool:
    """Nobody checks his own work."""
    if not viewer.reaches(case, permission):
        return False
    return not Assignment.objects.filter(case=case, until=None, finished_by=viewer.actor_key).exists()


def _reports(viewer: Viewer, case: Case, permission: str) -> bool:
    """A source system, by the token it was given; a citizen who reports is none."""
    return any(grant.role in SOURCE_ROLES for grant in viewer.grants) and viewer.reaches(case, permission)


_RELATIONS: dict[str, Callable[[Viewer, Case, str], bool]] = {
    "dispatcher": _over,
    "supervisor": _over,
    "holder": _holds,
    "helper": _helps,
    "verifier": _verifies,
    "source": _reports,
}
