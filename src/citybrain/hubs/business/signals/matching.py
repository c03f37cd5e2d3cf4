"""The open cases that a signal may belong to, each with a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from citybrain.hubs.business.cases import queries as cases
from citybrain.hubs.business.cases.queries.reports import open_cases_in_region
from citybrain.hubs.business.cases.types import CaseNear, CaseTypeView
from citybrain.hubs.business.signals.merging import Candidate, MergeRule, Report, Verdict, is_precise, rank
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.similarity import address_key


def verdicts_for(signal: Signal, view: CaseTypeView) -> list[Verdict]:
    """Every open case of the type that is near in place, time or words, best first; the first may say `merge`."""
    rule = rule_of(view)
    report = report_of(signal)
    found = {candidate.number: candidate for candidate in _candidates(report, view, rule)}
    return rank(report, found.values(), rule)


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
    )


def _candidates(report: Report, view: CaseTypeView, rule: MergeRule) -> Iterator[Candidate]:
    """Asks only the questions whose answer could lead to a merge; a case found by its thing counts as such."""
    codes = [view.code]
    since = report.occurred_at - timedelta(hours=rule.within_hours)
    key = address_key(report.address)
    if report.lon is not None and report.lat is not None and is_precise(report, rule.radius_m):
        if rule.radius_m:
            near = cases.open_cases_near(codes, report.lon, report.lat, rule.radius_m, since)
            yield from (_candidate(case, view) for case in near)
    elif rule.same_words and report.region_path and not report.thing:
        yield from (_candidate(case, view) for case in open_cases_in_region(codes, report.region_path, since))
    if key and rule.same_address:
        yield from (_candidate(case, view) for case in cases.open_cases_at(codes, key, since))
    if report.thing and rule.same_thing:
        yield from (_candidate(case, view, report.thing) for case in cases.open_cases_of_thing(codes, report.thing))


def _candidate(case: CaseNear, view: CaseTypeView, thing: str = "") -> Candidate:
    report = Report(
        text="" if case.title in view.title.values() and not case.text else _words(case.title, case.text),
        occurred_at=case.occurred_at,
        lon=case.lon,
        lat=case.lat,
        precision_m=case.precision_m,
        address=case.address,
        region_path=case.region_path,
        thing=thing,
    )
    return Candidate(case.number, report, order=case.pk)


def _words(title: str, text: str) -> str:
    return text if text.startswith(title) else f"{title} {text}"
