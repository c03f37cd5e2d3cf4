"""Which permissions there are, and which of them each role carries. A closed table: roles are not edited at run time.

A permission is `noun.verb`. A role is given to a user by a duty, for an organisation subtree and a region subtree.
"""

from __future__ import annotations

from dataclasses import dataclass

from citybrain.base.errors import BadInput, FieldError

PERMISSIONS = frozenset(
    {
        "account.read", "account.write", "token.write",
        "alarm.read", "alarm.acknowledge",
        "audit.read",
        "bus.read", "bus.write",
        "capability.call",
        "case.read", "case.open", "case.dispatch", "case.handle", "case.verify", "case.supervise", "case.end",
        "definition.write",
        "file.read", "file.write",
        "handover.read", "handover.write",
        "indicator.read", "indicator.compute",
        "job.read", "job.write",
        "live.read",
        "notice.read",
        "observation.write",
        "pack.read", "pack.write",
        "party.read", "party.write",
        "person.reveal",
        "picture.check",
        "place.read", "place.write",
        "responsibility.write",
        "shift.write",
        "signal.read", "signal.report", "signal.merge",
        "telemetry.read",
        "thing.read", "thing.write",
        "trace.read",
    }
)  # fmt: skip

CITYWIDE = frozenset(
    {
        "audit.read",
        "bus.read",
        "bus.write",
        "definition.write",
        "indicator.compute",
        "job.read",
        "job.write",
        "pack.write",
    }
)
"""What has no place and no owner (definition: thing models, alarm rules): not in a duty for a part of the city."""

BY_ASSIGNMENT = frozenset({"case.handle", "file.write"})
"""What an assignment itself entitles to: a handler may handle what his organisation holds, wherever it lies."""

LOOKING = frozenset({
    "alarm.read", "capability.call", "case.read", "file.read", "indicator.read", "live.read", "notice.read",
    "pack.read", "party.read", "place.read", "signal.read", "telemetry.read", "thing.read", "trace.read",
})  # fmt: skip


@dataclass(frozen=True)
class Role:
    """One office in the city: its name on screens, its permissions, and the field level it usually reads (1 to 4)."""

    key: str
    zh: str
    en: str
    permissions: frozenset[str]
    level: int = 2
    held: bool = False  # also sees what is or was assigned to the organisation


def _role(key: str, zh: str, en: str, *more: str, looking: bool = True, level: int = 2, held: bool = False) -> Role:
    permissions = frozenset(more) | (LOOKING if looking else frozenset())
    unknown = permissions - PERMISSIONS
    if unknown:
        raise ValueError(f"role {key} has unknown permissions: {', '.join(sorted(unknown))}")
    return Role(key, zh, en, permissions, level, held)


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role("administrator", "系统管理员", "administrator", *PERMISSIONS, level=4, held=True),
        _role("commander", "指挥长", "commander", "signal.report", "signal.merge", "alarm.acknowledge", "case.open",
              "case.dispatch", "case.verify", "case.supervise", "case.end", "file.write", "person.reveal",
              "picture.check", "handover.read", "handover.write", "shift.write", level=3),
        _role("dispatcher", "派遣员", "dispatcher", "signal.report", "signal.merge", "alarm.acknowledge", "case.open",
              "case.dispatch", "case.verify", "case.end", "file.write", "person.reveal",
              "picture.check", "handover.read", "handover.write", level=3),
        _role("handler", "处置员", "handler", "case.handle", "file.write", held=True),
        _role("grid_worker", "网格员", "grid worker", "signal.report", "case.handle", "case.verify", "file.write",
              held=True),
        _role("leader", "领导", "leader", "case.supervise", "handover.read"),
        _role("steward", "数据专员", "data steward", "definition.write", "indicator.compute", "thing.write",
              "place.write", "party.write", "responsibility.write", "file.write"),
        _role("auditor", "审计员", "auditor", "account.read", "audit.read", "bus.read", "job.read"),
        _role("integrator", "集成方", "integrator", "definition.write", "thing.write", "observation.write",
              "signal.report", "token.write"),
        _role("source_system", "来源系统", "source system", "observation.write", "signal.report", "thing.read",
              "place.read", "pack.read", looking=False, level=1),
        _role("citizen", "市民", "citizen", "signal.report", "file.write", "notice.read", looking=False, level=1),
    )
}  # fmt: skip


def role_of(key: str) -> Role:
    """The role of that key; raises BadInput with the roles there are."""
    try:
        return ROLES[key]
    except KeyError:
        wrong = FieldError("role", "input.not_allowed", {"value": key, "allowed": ", ".join(ROLES)})
        raise BadInput("input.invalid", fields=(wrong,)) from None
