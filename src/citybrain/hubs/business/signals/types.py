"""Values that cross the border of signals, and the closed lists of its words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

KINDS = ("alarm", "hotline", "app", "grid", "source")
REPORTED_KINDS = ("hotline", "app", "grid", "source")  # alarms come over the bus, not through the door
ALARM_SOURCE = "alarm"

RECEIVED, WAITING, MERGED, OPENED, ENDED = "received", "waiting_for_person", "merged", "opened", "ended"
STATES = (RECEIVED, WAITING, MERGED, OPENED, ENDED)

WaitingReason = Literal["no_type", "unsure", "unknown_label", "no_classifier"]
LocatedBy = Literal["point", "given", "address", "text", "duty", "thing", ""]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported; sealed at rest, shown masked, opened only for a purpose."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One row at the door, its form checked: what somebody says happened, where and when."""

    kind: str
    source: str
    source_id: str
    occurred_at: datetime
    subject: str = ""
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    precision_m: float | None = None
    region: str = ""
    address: str = ""
    case_type: str = ""
    label: str = ""
    severity: int | None = None
    reporter: Reporter = Reporter()


@dataclass(frozen=True, slots=True)
class Closing:
    """The source system says that its own ticket is closed."""

    source: str
    source_id: str
    closed_at: datetime
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not taken: which, which field, and why (an error code with the data of its text)."""

    index: int
    field: str
    code: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a batch. `ids` holds, in the order sent, the signal of each row that was not rejected."""

    accepted: int = 0
    duplicates: int = 0
    rejected: Sequence[Rejection] = ()
    ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Located:
    """The region of a report and how it was found; `by` is "" when it lies in no region."""

    region_code: str
    region_path: str
    by: LocatedBy


@dataclass(frozen=True, slots=True)
class OpenedReporter:
    """Personal data of a reporter, opened for a purpose."""

    name: str
    phone: str
    text: str
