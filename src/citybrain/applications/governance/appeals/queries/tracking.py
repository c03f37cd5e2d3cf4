"""One citizen looks up what became of his own matter, by his code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from citybrain.applications.governance.appeals import codes, throttling
from citybrain.applications.governance.appeals.manifest import STEPS, Progress
from citybrain.applications.governance.appeals.models import Appeal, Picture, Rating
from citybrain.applications.governance.appeals.queries.declared import Declared, declared, title_of
from citybrain.applications.governance.appeals.queries.near import Place, names_of_regions
from citybrain.applications.governance.appeals.types import FOLLOW, SHOWN
from citybrain.applications.governance.appeals.wording import Told, public_timeline
from citybrain.base import clock, crypto
from citybrain.base.accounts.masking import masked
from citybrain.base.errors import NotFound
from citybrain.base.packs.declared import Text
from citybrain.hubs.business.cases.loops import Transition
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import catalogue
from citybrain.hubs.business.cases.rights import REPORTER
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.types import ENDED, MERGED

CHANGEABLE = timedelta(days=1)


@dataclass
class Tracked:
    """An appeal with its case (if it has one yet) and what its holder may do now."""

    appeal: Appeal
    words: Declared

    @cached_property
    def case(self) -> Case | None:
        number = self.appeal.signal.case_number
        return (
            Case.objects.select_related("organisation", "case_type").filter(number=number).first() if number else None
        )

    @cached_property
    def progress(self) -> Progress:
        if self.case is not None:
            return self.words.progress(self.case, catalogue())
        return self.words.by_kind["ended.no_action_needed" if self.appeal.signal.state == ENDED else "received"]

    @cached_property
    def rating(self) -> Rating | None:
        """That of the last closing."""
        case = self.case
        if case is None or case.closed_at is None:
            return None
        return self.appeal.ratings.filter(case_number=case.number, round=case.reopened_count).first()

    @property
    def reopen_step(self) -> str | None:
        """The step by which the loop lets whoever reported the case reopen it."""
        step = self._reopen_step()
        return step.key if step else None

    def _reopen_step(self) -> Transition | None:
        case = self.case
        if case is None or case.closed_at is None:
            return None
        steps = catalogue().loop(case.loop_id).definition.steps_from(case.state)
        return next((step for step in steps if step.verb == "reopen" and REPORTER in step.who), None)

    @property
    def reopen_until(self) -> datetime | None:
        case = self.case
        if case is None or case.closed_at is None or self.reopen_step is None:
            return None
        return case.closed_at + timedelta(days=self.words.reopen_days)

    @property
    def may_reopen(self) -> bool:
        until = self.reopen_until
        return until is not None and clock.now() <= until

    @property
    def may_rate(self) -> bool:
        if self.case is None or self.case.closed_at is None:
            return False
        return self.rating is None or clock.now() <= self.rating.at + CHANGEABLE


@dataclass(frozen=True)
class Step:
    """One of the five steps of every matter, and when it was reached."""

    key: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class PictureOut:
    """A photo: its key once everybody may see it, before that only that it is there."""

    key: str | None
    state: str
    purpose: str


def find_appeal(code: str, *, address: str) -> Appeal:
    """The appeal that a code opens. Raises NotFound, the same whatever was wrong with it, and TooMany for an address
    from which too many wrong codes came.

    The code itself is never compared: its hash is looked up, and how long that takes tells nothing of any other code.
    """
    throttling.check(throttling.WRONG_CODES, address)
    read = codes.read_code(code)
    wanted = codes.hash_of(read or code)
    found = Appeal.objects.filter(code_hash=wanted).select_related("signal").first()
    if found is None or read is None:
        throttling.take(throttling.WRONG_CODES, address)
        raise NotFound("appeal.unknown_code")
    return found


def tracked(appeal: Appeal) -> Tracked:
    """An appeal as it stands now."""
    return Tracked(appeal, declared())


def track(appeal: Appeal) -> dict[str, Any]:
    """Everything that the holder of a code is told, in plain words."""
    at = tracked(appeal)
    case, signal = at.case, appeal.signal
    return {
        "kind": appeal.kind,
        "at": appeal.at,
        "text": signal.text or signal.subject,
        "category": appeal.category,
        "address": signal.address,
        "place": _own_place(appeal),
        "phone": _phone_of(signal),
        **_of_case(case),
        "step": at.progress.step,
        "progress": at.progress.text,
        "steps": steps_of(appeal, case, at.progress),
        "timeline": _timeline(appeal, case),
        "pictures": _pictures(appeal, case),
        "rating": at.rating,
        "may_rate": at.may_rate,
        "may_reopen": at.may_reopen,
        "reopen_until": at.reopen_until,
    }


def _phone_of(signal: Signal) -> str:
    return masked(crypto.open_field(signal.reporter_phone), "phone") if signal.reporter_phone else ""


def _own_place(appeal: Appeal) -> Place | None:
    """The point that the reporter gave himself; a follower gave none."""
    signal = appeal.signal
    if appeal.kind == FOLLOW or signal.lon is None or signal.lat is None:
        return None
    return Place(signal.lon, signal.lat)


def _of_case(case: Case | None) -> dict[str, Any]:
    if case is None:
        nothing = ("number", "title", "organisation", "due_at", "closed_at", "outcome")
        return {
            **dict.fromkeys(nothing),
            "region": "",
            "organisation_en": "",
            "is_overdue": False,
            "reports": 1,
            "reopened_count": 0,
        }
    regions = names_of_regions([case.region_path])
    return {
        "number": case.number,
        "title": title_of(case),
        "region": regions.get(case.region_path, ""),
        "organisation": case.organisation.name if case.organisation else None,
        "organisation_en": case.organisation.name_en if case.organisation else "",
        "due_at": None if case.closed_at else case.due_at,
        "is_overdue": case.closed_at is None and case.due_at is not None and case.due_at < clock.now(),
        "closed_at": case.closed_at,
        "outcome": case.outcome or None,
        "reports": max(1, case.signal_count),
        "reopened_count": case.reopened_count,
    }


def steps_of(appeal: Appeal, case: Case | None, progress: Progress) -> list[Step]:
    """The five steps with the moments at which they were reached."""
    reached: dict[str, datetime | None] = {"received": appeal.at}
    if case is not None:
        reached |= {
            "assigned": case.dispatched_at,
            "working": case.accepted_at,
            "checking": case.finished_at,
            "closed": case.closed_at,
        }
    now = STEPS.index(progress.step)
    found = []
    for index, key in enumerate(STEPS):
        state = "done" if index < now or progress.step == "closed" else "now" if index == now else "todo"
        moment = reached.get(key) if index <= now else None
        found.append(Step(key, state, max(moment, appeal.at) if moment else None))
    return found


OWN_LINES = {
    "follow": {"zh": "您关注了这件事", "en": "You follow this matter"},
    "report": {"zh": "我们收到了您的反映", "en": "We received your report"},
    "merged": {
        "zh": "我们收到了您的反映，与已有的同一件事一起办理",
        "en": "We received your report; it is handled together with the same matter that was known already",
    },
}


def own_line(appeal: Appeal) -> Text:
    """The line of a timeline that is the reader's own."""
    merged = appeal.kind != FOLLOW and appeal.signal.state == MERGED
    return Text.model_validate(OWN_LINES["merged" if merged else appeal.kind])


def _timeline(appeal: Appeal, case: Case | None) -> list[Told]:
    own = Told(appeal.at, own_line(appeal))
    told = public_timeline(case, since=None if appeal.kind == FOLLOW else appeal.at) if case else []
    is_first = appeal.kind != FOLLOW and appeal.signal.state != MERGED
    return sorted([own, *told] if is_first else [*told, own], key=lambda one: one.at)


def _pictures(appeal: Appeal, case: Case | None) -> list[PictureOut]:
    """One's own photos, and the handler's; other reporters' only once they are shown."""
    rows = Picture.objects.filter(signal=appeal.signal_id)
    if case is not None:
        rows = rows | Picture.objects.filter(case_number=case.number, state=SHOWN)
    found = rows.order_by("pk").values_list("file__key", "state", "purpose")
    return [PictureOut(key if state == SHOWN else None, state, purpose) for key, state, purpose in found]
