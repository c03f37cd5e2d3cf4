"""Changed rules over a recorded morning: exactly what should be different is different, and the city is not touched."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from citybrain.base.errors import BadInput
from citybrain.hubs.business.cases.models import Responsibility
from citybrain.lab.rehearsal.types import LineChange, PackChange
from tests.lab.rehearsal.conftest import LAMP, MANHOLE, Morning

pytestmark = [pytest.mark.timeout(600)]


def rows() -> dict[str, int]:
    """How many rows every table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def to_eco(morning: Morning) -> list[LineChange]:
    return [
        LineChange(action="end", line=morning.line[LAMP]),
        LineChange(case_type=LAMP, organisation="eco"),
    ]


def by_number(result: Any) -> dict[str, Any]:
    return {one["number"]: one for one in result["differences"]}


def test_a_changed_line_moves_exactly_its_cases_and_nothing_in_the_city(morning: Any) -> None:
    """Lamps go to another organisation, which is assumed to take as long; the manhole stays where it was."""
    before = rows()

    result = morning.rehearse(lines=to_eco(morning))

    assert rows() == before
    found = by_number(result)
    assert set(found) == {morning.first, morning.second}
    assert all(one["kinds"] == ["organisation"] for one in found.values())
    assert found[morning.first]["now"]["holders"] == ["urban"]
    assert found[morning.first]["then"]["holders"] == ["eco"]
    assert found[morning.first]["then"]["closed_at"] == found[morning.first]["now"]["closed_at"]
    assert result["assumptions"]["counts"] == {"other_holder": 2}
    assert result["summary"]["by_kind"]["organisation"] == result["summary"]["differ"] == 2
    moved = {
        row["organisation"]: (row["cases_before"], row["cases_after"]) for row in result["summary"]["by_organisation"]
    }
    assert moved == {"urban": (3, 1), "eco": (0, 2)}


def test_the_rules_as_they_were_reproduce_the_record_and_two_rehearsals_are_one(morning: Any) -> None:
    first, again = (morning.rehearse(lines=to_eco(morning)) for _ in range(2))

    base = first["reproduction"]
    assert (base["cases"], base["exact"], base["share"], base["deviations"]) == (3, 3, 1.0, [])
    assert first["digests"] == again["digests"]
    assert first["digests"]["before"] != first["digests"]["after"]


def test_a_shorter_limit_makes_exactly_those_late_that_took_longer(morning: Any) -> None:
    """A day instead of two working days: the lamp that took three hours is in time, the one of 26 hours is not."""
    place = "clocks/urban.two-working-days"
    layers = [
        PackChange(pack="urban", path=f"{place}/duration", value={"amount": 24, "unit": "hours"}),
        PackChange(pack="urban", path=f"{place}/calendar", value=None),
    ]

    result = morning.rehearse(layers=layers)

    found = by_number(result)
    assert {number for number, one in found.items() if "late" in one["kinds"]} == {morning.second}
    assert {number for number, one in found.items() if "due" in one["kinds"]} == {morning.first, morning.second}
    late = found[morning.second]
    assert (late["now"]["is_late"], late["then"]["is_late"]) == (False, True)
    assert "case.escalated" in [warned["key"] for warned in late["then"]["warnings"]]
    assert result["summary"]["late_after"] == result["summary"]["late_before"] + 1


def test_a_wider_radius_merges_what_stands_within_it(morning: Any) -> None:
    wider = PackChange(pack="urban", path=f"case_types/{LAMP}/merge/radius_m", value=120)

    result = morning.rehearse(layers=[wider])

    found = by_number(result)
    assert set(found) == {morning.first, morning.second}
    assert found[morning.second]["then"] is None
    assert found[morning.second]["then_in"] == morning.first
    assert len(found[morning.first]["then"]["signals"]) == 2
    assert result["summary"]["cases_after"] == result["summary"]["cases_before"] - 1
    assert result["assumptions"]["counts"] == {"case_merged_away": 1}


def test_without_a_line_nobody_gets_it_and_that_is_said(morning: Any) -> None:
    facilities = Responsibility.objects.get(case_type__code="urban.facilities", organisation_code="urban")
    result = morning.rehearse(
        lines=[
            LineChange(action="end", case_type=MANHOLE, organisation="urban"),
            LineChange(action="end", line=facilities.pk),
        ]
    )

    found = by_number(result)
    assert set(found) == {morning.manhole}
    assert found[morning.manhole]["then"]["holders"] == []
    assert found[morning.manhole]["then"]["closed_at"] is None
    assert result["assumptions"]["counts"]["nobody_responsible"] == 1


@pytest.mark.parametrize(
    ("lines", "layers", "field"),
    [
        ([LineChange(case_type=LAMP, organisation="nobody-here")], [], "lines/0/organisation"),
        ([LineChange(action="end", line=987654)], [], "lines/0/line"),
        ([], [PackChange(pack="no-such-pack", path="clocks/x", value=1)], "layers/0/pack"),
        ([], [PackChange(pack="urban", section="things.yaml", path="x", value=1)], "layers/0/section"),
        ([], [PackChange(pack="urban", path=f"case_types/{LAMP}/severity", value=9)], "case_types/1/severity"),
    ],
)
def test_a_wrong_change_is_refused_at_its_place(morning: Any, lines: Any, layers: Any, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        morning.rehearse(lines=lines, layers=layers)
    assert field in [error.field for error in refused.value.fields]


def test_a_rehearsal_of_nothing_is_refused(morning: Any) -> None:
    with pytest.raises(BadInput) as refused:
        morning.rehearse()
    assert refused.value.code == "rehearsal.nothing_changes"
