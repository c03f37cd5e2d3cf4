"""What crosses the border of appeals, and the closed lists of its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from citybrain.base.accounts.types import Grant, Viewer

SOURCE = "portal"
"""How signals name where they come from."""
REPORT, FOLLOW = "report", "follow"
KINDS = (REPORT, FOLLOW)
PENDING, SHOWN, REFUSED = "pending", "shown", "refused"
PICTURE_STATES = (PENDING, SHOWN, REFUSED)
OF_REPORT, OF_FINISH = "report", "finish"
PURPOSES = (OF_REPORT, OF_FINISH)
LEVELS = {
    1: {"zh": "非常满意", "en": "Very satisfied"},
    2: {"zh": "满意", "en": "Satisfied"},
    3: {"zh": "基本满意", "en": "Fairly satisfied"},
    4: {"zh": "不满意", "en": "Not satisfied"},
    5: {"zh": "非常不满意", "en": "Not satisfied at all"},
}
"""The five levels of 好差评 (国办发〔2019〕51号); 4 and 5 are bad ratings and ask for a call back."""
BAD = 4
MOST_PICTURES = 6
LONGEST_TEXT = 1000
PORTAL = Viewer(
    "system", 0, "portal:public", "市民", (Grant("citizen", frozenset({"signal.report", "file.write"}), level=1),)
)
"""Whoever uses the portal without signing in: may report and upload, and see nothing."""


@dataclass(frozen=True)
class NewReport:
    """What a citizen sends, its form checked."""

    text: str = ""
    category: str = ""
    lon: float | None = None
    lat: float | None = None
    crs: str = "WGS-84"
    precision_m: float | None = None
    address: str = ""
    phone: str = ""
    name: str = ""
    pictures: tuple[str, ...] = ()
    request_key: str = ""


@dataclass(frozen=True)
class NewFollow:
    """A citizen joins a case that was shown to him; `ref` is how it was shown."""

    ref: str
    text: str = ""
    phone: str = ""
    pictures: tuple[str, ...] = ()
    request_key: str = ""


@dataclass(frozen=True)
class Receipt:
    """The answer to a report: the only time that its code is told. `is_new` is false when it was sent before."""

    code: str
    kind: str
    at: datetime
    pictures: int
    phone: str
    is_new: bool = True
