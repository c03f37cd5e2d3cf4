"""Whether something of a family (cases, alarms, things) changed since tiles were drawn, told by the outbox."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from citybrain.base.bus.models import OutboxEvent


class Beats:
    """The newest event of each family that this process knows of. Each question costs one query of what is new.

    Serial numbers may commit out of order: what is drawn by a beat is kept for some seconds only, never for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: tuple[int, str] = (0, "")
        self._newest: dict[str, str] = {}

    def read(self) -> Mapping[str, str]:
        """The newest event of each family: another one after each change."""
        with self._lock:
            self._catch_up()
            return dict(self._newest)

    def _catch_up(self) -> None:
        position, known = self._seen
        rows = OutboxEvent.objects.order_by("position").values_list("position", "id", "type")
        found = list(rows.filter(position__gte=position)) if known else []
        if not found or found[0][:2] != self._seen:  # the first question, or another outbox than the one before
            newest = rows.order_by("-position").first()
            self._seen = (newest[0], newest[1]) if newest else (0, "")
            self._newest = dict.fromkeys(("case", "clock", "alarm", "thing"), self._seen[1])
            return
        for _, event, kind in found[1:]:
            self._newest[kind.partition(".")[0]] = event
        self._seen = found[-1][:2]


beats = Beats()
