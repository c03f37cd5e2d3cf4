"""What appeals listen to: where reports went, and photos that handlers put to a case."""

from __future__ import annotations

from citybrain.applications.governance.appeals import actions
from citybrain.applications.governance.appeals.messages import CaseEvent, SignalEvent
from citybrain.base.bus import Event, subscribe


@subscribe("signal.merged", "signal.opened", "signal.undone", name="appeals.signals", start="end")
def follow_signal(event: Event) -> None:
    told = event.read(SignalEvent)
    actions.keep_with_case(told.signal_id, told.case_number)


@subscribe("case.finished", name="appeals.finished", start="end")
def follow_finish(event: Event) -> None:
    actions.queue_evidence(event.read(CaseEvent).case)
