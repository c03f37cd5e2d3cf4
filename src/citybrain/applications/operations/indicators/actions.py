"""What people do with indicators."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from citybrain.applications.operations.indicators.models import Indicator
from citybrain.base import audit
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import NotFound
from citybrain.base.jobs import enqueue


@transaction.atomic
def ask_to_compute(keys: Sequence[str], *, actor: Viewer) -> int:
    """Compute all indicators or these in the background; returns the job's number.

    Raises NotFound for an unknown one.
    """
    check_may(actor, "indicator.compute")
    known = set(Indicator.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys:
        if key not in known:
            raise NotFound("indicator.unknown", key=key)
    number = enqueue("indicators.compute_now", keys=sorted(known) or None)
    audit.record(actor, "indicator.asked_to_compute", kind="job", key=str(number), keys=sorted(known))
    return number
