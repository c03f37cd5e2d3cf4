"""What signals listen to: one subscription, so that a closing overtakes neither its signal nor a reopening."""

from __future__ import annotations

from functools import partial

from citybrain.base.bus import Event, subscribe
from citybrain.base.parties.messages import OrganisationMoved
from citybrain.base.places.messages import RegionMoved
from citybrain.hubs.business.cases.messages import CaseReopened
from citybrain.hubs.business.signals import actions
from citybrain.hubs.business.signals.messages import SignalClosedBySource, SignalReceived, TextClassified


@subscribe(
    "signal.received",
    "text.classified",
    "signal.closed_by_source",
    "case.reopened",
    "alarm.fired",
    "alarm.resolved",
    "alarm.withdrawn",
    name="signals.triage",
    bundles={
        "signal.received": actions.triage_all,
        "alarm.fired": actions.take_alarms,
        "alarm.resolved": partial(actions.end_alarms, withdrawn=False),
        "alarm.withdrawn": partial(actions.end_alarms, withdrawn=True),
    },
)
def follow(event: Event) -> None:
    match event.type:
        case "signal.received":
            actions.triage(event.read(SignalReceived).signal_id)
        case "text.classified":
            actions.take_classification(event.read(TextClassified))
        case "signal.closed_by_source":
            actions.close_signal(event.read(SignalClosedBySource))
        case "case.reopened":
            actions.follow_reopening(event.read(CaseReopened).case)
        case "alarm.fired":
            actions.take_alarm(event)
        case "alarm.resolved":
            actions.end_alarm(event, withdrawn=False)
        case "alarm.withdrawn":
            actions.end_alarm(event, withdrawn=True)


@subscribe("region.moved", name="signals.regions", start="end")
def follow_region(event: Event) -> None:
    moved = event.read(RegionMoved)
    actions.rebase("region_path", moved.old_path, moved.path)


@subscribe("organisation.moved", name="signals.organisations", start="end")
def follow_organisation(event: Event) -> None:
    moved = event.read(OrganisationMoved)
    actions.rebase("organisation_path", moved.old_path, moved.path)
