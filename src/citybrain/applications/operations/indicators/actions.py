"""What people do with indicators."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from citybrain.applications.operations.indicators.reading import check_known
from citybrain.base import audit
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.jobs import enqueue


@transaction.atomic
def ask_to_compute(keys: Sequence[str], *, actor: Viewer) -> int:
    """Compute all indicators or these in the background; returns the job's number.

    Raises NotFound for an unknown one.
    """
    check_may(actor, "indicator.compute")
    check_known(keys)
    asked = sorted(set(keys))
    number = enqueue("indicators.compute_now", keys=asked or None)
    audit.record(actor, "indicator.asked_to_compute", kind="job", key=str(number), keys=asked)
    return number
