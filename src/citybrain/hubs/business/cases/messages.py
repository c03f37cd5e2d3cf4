"""What casework tells the city: one message for each thing that happens to a case.

A message says enough for a reader who keeps a copy (the lake, a map) without asking back. It holds no text that a
person wrote and no personal data. Subjects are `case/<number>`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from citybrain.base.bus import Message


class CaseMessage(Message, frozen=True, kw_only=True):
    """The case as it stands after what happened; `step` and `verb` say what was done, `assignment` whose task it is,
    `task_organisation` who has that task: a helper's is not that of the holder, `organisation`.
    """

    case: str
    case_type: str
    loop: str
    state: str
    stage: str
    severity: int
    source: str
    signal_count: int
    occurred_at: datetime
    recorded_at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None
    in_time: bool | None = None
    outcome: str = ""
    organisation: str = ""
    region_code: str = ""
    lon: float | None = None
    lat: float | None = None
    precision_m: float | None = None
    reopened_count: int = 0
    is_supervised: bool = False
    step: str = ""
    verb: str = ""
    assignment: int | None = None
    role: str = ""
    task_organisation: str = ""
    previous_organisation: str = ""
    duplicate_of: str = ""
    signal: str = ""
    signals: int = 0
    evidence: int = 0
    note_kind: str = ""


class CaseOpened(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.opened"


class CaseDispatched(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.dispatched"


class CaseAccepted(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.accepted"


class CaseReturned(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.returned"


class CaseTransferred(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.transferred"


class CaseAssistAsked(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.assist_asked"


class CaseAssisted(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.assisted"


class CaseExtensionAsked(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.extension_asked"


class CaseExtended(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.extended"


class CaseExtensionRefused(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.extension_refused"


class CaseFinished(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.finished"


class CaseVerified(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.verified"


class CaseRejected(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.rejected"


class CaseSummarised(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.summarised"


class CaseClosed(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.closed"


class CaseReopened(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.reopened"


class CaseRecounted(CaseMessage, frozen=True, kw_only=True):
    """A working calendar changed, and with it the moment at which a clock of the case is due."""

    type: ClassVar[str] = "case.recounted"


class CaseSupervised(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.supervised"


class CaseEnded(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.ended"


class CaseAdvanced(CaseMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.advanced"


class CaseNoted(CaseMessage, frozen=True, kw_only=True):
    """Something was written on the timeline; `note_kind` says of which kind."""

    type: ClassVar[str] = "case.noted"


class SignalJoined(CaseMessage, frozen=True, kw_only=True):
    """A further report belongs to the case: `signal`."""

    type: ClassVar[str] = "case.signal_joined"


class SignalLeft(CaseMessage, frozen=True, kw_only=True):
    """A report turned out to belong elsewhere: `signal`."""

    type: ClassVar[str] = "case.signal_left"


class ClockMessage(CaseMessage, frozen=True, kw_only=True):
    """A clock of the case reached a level, in per cent of the time allowed; `clock_state` is "" for the whole case."""

    clock: str = ""
    clock_extent: str = ""
    clock_state: str = ""
    level: int = 0
    clock_due_at: datetime | None = None


class ClockWarned(ClockMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "clock.warned"


class CaseEscalated(ClockMessage, frozen=True, kw_only=True):
    type: ClassVar[str] = "case.escalated"


class ClockSelfTested(Message, frozen=True, kw_only=True):
    """The daily self-test of clocks was seen to escalate; it belongs to no case."""

    type: ClassVar[str] = "clock.self_tested"
    test: int
    due_at: datetime


class ResponsibilityChanged(Message, frozen=True, kw_only=True):
    """A line of the responsibility list was added, changed or ended (`what`)."""

    type: ClassVar[str] = "responsibility.changed"
    line: int
    what: str
    case_type: str
    region: str
    organisation: str
    priority: int


BY_TYPE: dict[str, type[CaseMessage]] = {
    message.type: message
    for message in (
        CaseOpened, CaseDispatched, CaseAccepted, CaseReturned, CaseTransferred, CaseAssistAsked, CaseAssisted,
        CaseRecounted, CaseExtensionAsked, CaseExtended, CaseExtensionRefused, CaseFinished, CaseVerified, CaseRejected,
        CaseSummarised, CaseClosed, CaseReopened, CaseSupervised, CaseEnded, CaseAdvanced, CaseNoted, SignalJoined,
        SignalLeft, ClockWarned, CaseEscalated,
    )
}  # fmt: skip
