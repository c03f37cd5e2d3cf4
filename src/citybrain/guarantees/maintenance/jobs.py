"""What comes round: tonight's backup, and adding up what the parts of the city take of the disk."""

from __future__ import annotations

from citybrain.base.jobs import every
from citybrain.guarantees.maintenance import nightly, space


@every(name=nightly.JOB, minutes=5)
def backup() -> str:
    return nightly.make_due()


@every(name="maintenance.space", minutes=10)
def measure() -> int:
    return space.keep_measure()
