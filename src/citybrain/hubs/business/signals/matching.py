"""The open cases that a signal may belong to, each with a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db.models import Q

from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.candidates import open_candidates
from citybrain.hubs.business.cases.types import CaseCandidate, CaseTypeView
from citybrain.hubs.business.signals.merging import Candidate, MergeRule, Report, Verdict, is_precise, rank
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.similarity import address_key


def verdicts_for(signal: Signal, view: CaseTypeView) -> list[Verdict]:
    """Every open case of the type that is near in place, time or words, best first; the first may say `merge`."""
    rule = rule_of(view)
    report = report_of(signal)
    return rank(report, _candidates(report, view, rule), rule)


def rule_of(view: CaseTypeView) -> MergeRule:
    merge = view.merge
    return MergeRule(
        radius_m=merge.radius_m,
        within_hours=merge.within_hours,
        text_similarity=merge.text_similarity,
        place=merge.place,
        same_address=merge.same_address,
        same_thing=merge.same_thing,
        same_words=merge.same_words,
        outage_minutes=merge.outage.within_minutes if merge.outage else 0.0,
    )


def report_of(signal: Signal) -> Report:
    return Report(
        text=_words(signal.subject, signal.text),
        occurred_at=signal.occurred_at,
        lon=signal.lon,
        lat=signal.lat,
        precision_m=signal.precision_m,
        address=signal.address,
        region_path=signal.region_path,
        thing=signal.thing,
        outage=signal.outage,
    )


def _candidates(report: Report, view: CaseTypeView, rule: MergeRule) -> list[Candidate]:
    """Asks only the questions whose answer could lead to a merge."""
    alike = cases_of_outage(report, rule)
    around = region_path = None
    if report.lon is not None and report.lat is not None and is_precise(report, rule.radius_m):
        around = (report.lon, report.lat, rule.radius_m) if rule.radius_m else None
    elif rule.same_words and not report.thing:
        region_path = report.region_path
    found = open_candidates(
        view,
        report.occurred_at - timedelta(hours=rule.within_hours),
        around=around,
        address_key=address_key(report.address) if rule.same_address else "",
        thing=report.thing if rule.same_thing else "",
        region_path=region_path or "",
        numbers=alike,
    )
    return [_candidate(case, view, report.outage if case.number in alike else "") for case in found]


def cases_of_outage(report: Report, rule: MergeRule) -> list[str]:
    """Numbers of the cases that devices with the same in common are in, near in time; some may have ended."""
    if not report.outage or not rule.outage_minutes:
        return []
    near = timedelta(minutes=rule.outage_minutes)
    signals = Signal.objects.filter(
        ~Q(outage=""), outage=report.outage, occurred_at__range=(report.occurred_at - near, report.occurred_at + near)
    )
    numbers = signals.exclude(case_number="").order_by().values_list("case_number", flat=True)
    return sorted(numbers.distinct())


def _candidate(case: CaseCandidate, view: CaseTypeView, outage: str) -> Candidate:
    is_nameless = case.title in view.title.values() and not case.text
    report = report_of_case(case, text="" if is_nameless else None)
    return Candidate(case.number, replace(report, outage=outage), order=case.pk)


def report_of_case(case: Case | CaseCandidate, *, text: str | None = None) -> Report:
    """A case as it is compared with others; without `text` its own words."""
    return Report(
        text=_words(case.title, case.text) if text is None else text,
        occurred_at=case.occurred_at,
        lon=case.lon,
        lat=case.lat,
        precision_m=case.precision_m,
        address=case.address,
        region_path=case.region_path,
        thing=case.thing,
    )


def _words(title: str, text: str) -> str:
    return text if text.startswith(title) else f"{title} {text}"
