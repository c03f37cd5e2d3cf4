"""Everything that is done to signals: taken in, triaged, merged, taken apart, closed by their source, opened."""

from citybrain.hubs.business.signals.actions.alarms import end_alarm, take_alarm
from citybrain.hubs.business.signals.actions.closings import close_signal, follow_reopening, receive_closings
from citybrain.hubs.business.signals.actions.following import follow_case
from citybrain.hubs.business.signals.actions.intake import receive_signals
from citybrain.hubs.business.signals.actions.merges import (
    decide_type,
    end_signal,
    merge_signal,
    merge_two_cases,
    undo_merge,
)
from citybrain.hubs.business.signals.actions.rebasing import rebase
from citybrain.hubs.business.signals.actions.reporters import find_by_phone, reveal_reporter
from citybrain.hubs.business.signals.actions.storms import end_alarms, take_alarms
from citybrain.hubs.business.signals.actions.triaging import give_up_asking, take_classification, triage, triage_all

__all__ = [
    "close_signal",
    "decide_type",
    "end_alarm",
    "end_alarms",
    "end_signal",
    "find_by_phone",
    "follow_case",
    "follow_reopening",
    "give_up_asking",
    "merge_signal",
    "merge_two_cases",
    "rebase",
    "receive_closings",
    "receive_signals",
    "reveal_reporter",
    "take_alarm",
    "take_alarms",
    "take_classification",
    "triage",
    "triage_all",
    "undo_merge",
]
