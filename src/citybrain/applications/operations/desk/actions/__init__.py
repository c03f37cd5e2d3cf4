"""Everything that is done at the duty desk."""

from citybrain.applications.operations.desk.actions.handovers import accept_handover, change_handover, write_handover
from citybrain.applications.operations.desk.actions.shifts import cancel_shift, change_shift, plan_shift

__all__ = ["accept_handover", "cancel_shift", "change_handover", "change_shift", "plan_shift", "write_handover"]
