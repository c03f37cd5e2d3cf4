"""Devices that fall silent together: what they have in common, and what the case of them all is called."""

from __future__ import annotations

from citybrain.base.packs.declared import Text
from citybrain.hubs.business.cases.actions import retitle_case
from citybrain.hubs.business.cases.types import CaseTypeView
from citybrain.hubs.business.signals.models import Signal

SILENCE = "silence"
GATEWAY, ORGANISATION = "gateway", "organisation"
LONGEST = 160


def outage_key(view: CaseTypeView | None, *, kind: str, gateway: str, organisation_path: str, model: str) -> str:
    """What the device of an alarm has in common with others that fall silent; "" where its kind of case folds none."""
    declared = view.merge.outage if view else None
    if declared is None or kind != SILENCE:
        return ""
    if gateway:
        return f"{GATEWAY}:{gateway}"[:LONGEST] if declared.gateway else ""
    if declared.organisation and organisation_path and model:
        return f"{ORGANISATION}:{model}:{organisation_path}"[:LONGEST]
    return ""


def title_outage(number: str, view: CaseTypeView) -> None:
    """Name a case by how many devices are silent in it; one that is left alone has its own title again."""
    signals = Signal.objects.filter(case_number=number).exclude(outage="")
    things = signals.order_by().values("thing", "outage").distinct().count()
    first = signals.order_by("pk").only("subject", "outage").first()
    if first is None or view.merge.outage is None:
        return
    declared = view.merge.outage
    title: Text | None = declared.gateway if first.outage.startswith(f"{GATEWAY}:") else declared.organisation
    words = title.zh.replace("{count}", str(things)).replace("{of}", first.outage.partition(":")[2]) if title else ""
    retitle_case(number, words if things > 1 and words else first.subject)
