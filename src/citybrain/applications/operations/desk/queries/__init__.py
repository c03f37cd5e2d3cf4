"""Everything that is read of the duty desk."""

from citybrain.applications.operations.desk.queries.board import desk_of, facts_of
from citybrain.applications.operations.desk.queries.handovers import get_handover, list_handovers
from citybrain.applications.operations.desk.queries.people import desk_for, people_of
from citybrain.applications.operations.desk.queries.shifts import get_shift, list_shifts

__all__ = [
    "desk_for",
    "desk_of",
    "facts_of",
    "get_handover",
    "get_shift",
    "list_handovers",
    "list_shifts",
    "people_of",
]
