"""What citizens said about one case, for whoever works on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from citybrain.applications.governance.appeals.models import Appeal, Picture, Rating
from citybrain.applications.governance.appeals.types import FOLLOW
from citybrain.base.accounts.types import Viewer
from citybrain.hubs.business.cases.queries import get_case


@dataclass(frozen=True)
class Photo:
    key: str
    state: str


@dataclass(frozen=True)
class Voice:
    """One report through the portal, or one following; contacts are taken out of the text."""

    signal: int
    at: datetime
    text: str
    is_follow: bool
    photos: list[Photo]


@dataclass(frozen=True)
class Voices:
    reports: list[Voice]
    ratings: list[Rating]
    followers: int = field(default=0)


def voices(viewer: Viewer, number: str) -> Voices:
    """Reports, followings and ratings of a case, oldest first; who sees the case sees them. Raises NotFound."""
    get_case(viewer, number)
    appeals = list(Appeal.objects.filter(signal__case_number=number).select_related("signal").order_by("pk"))
    photos: dict[int, list[Photo]] = {}
    pictures = Picture.objects.filter(signal__in=[one.signal_id for one in appeals]).order_by("pk")
    for signal, key, state in pictures.values_list("signal_id", "file__key", "state"):
        photos.setdefault(signal, []).append(Photo(key, state))
    reports = [
        Voice(
            signal=one.signal_id, at=one.at, text=one.signal.text or one.signal.subject,
            is_follow=one.kind == FOLLOW, photos=photos.get(one.signal_id, []),
        )
        for one in appeals
    ]  # fmt: skip
    ratings = list(Rating.objects.filter(case_number=number).order_by("pk"))
    return Voices(reports, ratings, sum(one.is_follow for one in reports))
