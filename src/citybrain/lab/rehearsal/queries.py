"""What is read of rehearsals."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from citybrain.base.accounts import Viewer, check_may, scoped
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.hubs.business.cases.queries import case_types
from citybrain.lab.rehearsal.models import CaseDifference, Rehearsal


def list_rehearsals(viewer: Viewer) -> QuerySet[Rehearsal]:
    """Every rehearsal; for whoever may edit the responsibility list."""
    check_may(viewer, "responsibility.write")
    return scoped(viewer, Rehearsal.objects.all())


def get_rehearsal(viewer: Viewer, pk: int) -> Rehearsal:
    """One; raises NotFound."""
    found = list_rehearsals(viewer).filter(pk=pk).first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def _check_words(organisation: str, case_type: str) -> None:
    wrong = []
    if organisation and not Organisation.objects.filter(code=organisation).exists():
        wrong.append(FieldError("organisation", "case.unknown_organisation", {"code": organisation}))
    if case_type and case_type not in case_types():
        wrong.append(FieldError("case_type", "case.unknown_type", {"code": case_type}))
    if wrong:
        raise BadInput("input.invalid", fields=tuple(wrong))


def list_differences(
    viewer: Viewer, rehearsal: int, *, kind: str = "", organisation: str = "", case_type: str = ""
) -> QuerySet[CaseDifference]:
    """The differing cases of a rehearsal that the viewer may see, by what differs, by who has it now or then, and by
    kind of case. Raises BadInput for an organisation or a kind of case that there is not.
    """
    _check_words(organisation, case_type)
    rows = CaseDifference.objects.filter(rehearsal=get_rehearsal(viewer, rehearsal))
    if kind:
        rows = rows.filter(kinds__contains=f",{kind},")
    if organisation:
        rows = rows.filter(Q(organisation_now=organisation) | Q(organisation_then=organisation))
    if case_type:
        rows = rows.filter(case_type=case_type)
    return scoped(viewer, rows)
