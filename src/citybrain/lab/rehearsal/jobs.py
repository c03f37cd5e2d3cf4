"""Background work of rehearsals."""

from __future__ import annotations

from citybrain.base.jobs import job
from citybrain.base.jobs.running import Progress
from citybrain.lab.rehearsal import actions


@job(name=actions.JOB)
def run(rehearsal: int, progress: Progress) -> None:
    """Carry out what somebody asked for."""
    actions.carry_out(rehearsal, progress)
