"""Noting how parts stand, and telling each morning what is broken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from citybrain.base import clock
from citybrain.base.audit import system_actor
from citybrain.base.notices import notify, to_duty
from citybrain.base.notices.queries import time_zone
from citybrain.guarantees.watching.models import Digest, PartState
from citybrain.guarantees.watching.parts import look
from citybrain.guarantees.watching.queries import Part, parts_now

RUNS = "job.write"
LATEST = timedelta(hours=4)
WATCH = system_actor("watch")


@transaction.atomic
def note_states() -> int:
    """Remember since when each part stands as it does; returns how many changed. What is gone is forgotten."""
    known = {row.name: row for row in PartState.objects.select_for_update().order_by("name")}
    seen, now = look(), clock.wall_now()
    changed = [name for name, one in seen.items() if name not in known or known[name].state != one.state]
    for name in sorted(changed):
        PartState.objects.update_or_create(name=name, defaults={"state": seen[name].state, "since": now})
    PartState.objects.exclude(name__in=seen).delete()
    return len(changed)


def send_digest_when_due() -> int:
    """Once each morning from `DIGEST_AT` (city time) on: one notice of everything broken; returns how many things.

    A platform that was down then makes up for it within four hours; later in the day nobody wants a morning letter.
    """
    now = clock.now().astimezone(time_zone())
    due = now.replace(hour=settings.DIGEST_AT.hour, minute=settings.DIGEST_AT.minute, second=0, microsecond=0)
    if not due <= now < due + LATEST or Digest.objects.filter(day=now.date()).exists():
        return 0
    return send_digest(now.date())


@transaction.atomic
def send_digest(day: Any) -> int:
    """Tell those who run the platform what is not well, if anything is; returns how many things."""
    broken = [part for part in parts_now() if part.state != "green"]
    Digest.objects.create(day=day, broken=len(broken))
    if broken:
        notify(
            to_duty(RUNS), "platform.digest", subject=f"digest/{day.isoformat()}", actor=WATCH,
            day=day.isoformat(), count=len(broken), lines=[_line(part) for part in broken],
        )  # fmt: skip
    return len(broken)


def _line(part: Part) -> dict[str, str]:
    since = part.since.astimezone(time_zone()).strftime("%Y-%m-%d %H:%M")
    zh = f"{part.title['zh']}：{part.found['zh']}，自 {since} 起"
    en = f"{part.title['en']}: {part.found['en']}, since {since}"
    return {"zh": zh, "en": en, "link": part.link}
