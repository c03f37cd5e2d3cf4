"""Pouring: step by step through the front door, the clock moved on only when the city has caught up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from citybrain.lab.replay.client import Client
from citybrain.lab.replay.pace import Pace
from citybrain.lab.replay.progress import Progress
from citybrain.lab.replay.steps import Step, Stream

SAVE_EVERY = 1.0
SAY_EVERY = 15.0


@dataclass
class Pourer:
    """Pours a stream into a city; `progress` is saved each second, and whenever it ends."""

    client: Client
    pace: Pace
    progress: Progress
    say: Callable[[str], None]

    def pour(self, stream: Stream, *, limit: int | None = None) -> None:
        """Pour what is not done yet. However it ends, the progress says how far it came."""
        self.progress.runs += 1
        self._began, self._before = time.monotonic(), self.progress.seconds
        self._saved = self._said = self._began
        try:
            for step in stream.steps(self.progress.done, limit):
                self.pace.advance(step.moment)
                self._pour_step(step)
                self.progress.done = step.moment
                self._note(stream.first, stream.last)
        finally:
            self.progress.seconds = self._before + time.monotonic() - self._began
            self.progress.save()

    def _pour_step(self, step: Step) -> None:
        """Each batch is settled before the next one: a closing finds the case that its report has opened."""
        for batch in step.batches:
            receipt = self.client.post(batch.door, batch.rows)
            self.progress.tally(batch.door).add(batch, receipt)
            if batch.door != "observations":
                self.pace.settle(after_posting=True)
        if any(batch.door == "observations" for batch in step.batches):
            self.pace.settle(after_posting=True)

    def _note(self, first: datetime, last: datetime) -> None:
        now = time.monotonic()
        if now - self._saved >= SAVE_EVERY:
            self._saved = now
            self.progress.seconds = self._before + now - self._began
            self.progress.save()
        if now - self._said >= SAY_EVERY and self.progress.done is not None:
            self._said = now
            share = (self.progress.done - first) / (last - first) if last > first else 1.0
            rows = sum(tally.poured for tally in self.progress.tallies.values())
            self.say(f"  {self.progress.done:%Y-%m-%d %H:%M} UTC, {share:.0%} of the time, {rows:,} rows")


def describe(progress: Progress) -> Mapping[str, object]:
    """The tallies as the report writes them."""
    return {
        door: {
            "poured": tally.poured,
            "accepted": tally.accepted,
            "duplicates": tally.duplicates,
            "rejected": sum(tally.rejected.values()),
            "rejected_by_reason": dict(sorted(tally.rejected.items(), key=lambda one: -one[1])),
            "examples": tally.examples,
        }
        for door, tally in progress.tallies.items()
    }
