"""What the judge says about the SQL of `indicators.yaml`: the line of the file, and DuckDB's own hints."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.base.packs import check_packs
from tests.applications.operations.cockpit.test_screen_file import INDICATORS, PACK

pytestmark = pytest.mark.django_db
SHARED = """
views:
  river_closed: |
    SELECT "case", region_path, closed_at
    FROM cases WHERE closed_at IS NOT NULL
"""


def judged(tmp_path: Path, indicators: str) -> list[str]:
    folder = tmp_path / "river"
    folder.mkdir(exist_ok=True)
    for name, text in (("pack.yaml", PACK), ("indicators.yaml", indicators)):
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return [str(one).removeprefix(f"{folder}/") for one in check_packs([folder])]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("in_window(opened_at)", "in_window(opend_at)",
         'indicators.yaml:13: indicators/river.floods/sql: The SELECT does not run: Binder Error: Referenced column'
         ' "opend_at" not found in FROM clause. Candidate bindings: "opened_at'),
        ("FROM cases", "FROM casez",
         'indicators.yaml:13: indicators/river.floods/sql: The SELECT does not run: Catalog Error: Table with'
         ' name casez does not exist. Did you mean "cases"? docs/lake.md'),
        ("period_of(opened_at)", "perod_of(opened_at)", "indicators.yaml:12: "),
        ("FROM cases WHERE", "FROM cases WHERE WHERE", "indicators.yaml:13: "),
    ],
)  # fmt: skip
def test_a_select_that_does_not_run_is_told_at_its_line(
    tmp_path: Path, settings, before: str, after: str, told: str
) -> None:
    settings.DATA_DIR = tmp_path
    assert judged(tmp_path, INDICATORS) == []

    (said,) = judged(tmp_path, INDICATORS.replace(before, after, 1))

    assert said.startswith(told)
    assert said.count("docs/lake.md") == 1
    assert not any(odd in said for odd in ("..", "!.", "?."))


def test_a_mistake_in_shared_sql_is_told_where_it_stands(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    of_closed = INDICATORS.replace("opened_at", "closed_at").replace("FROM cases", "FROM river_closed")
    assert judged(tmp_path, SHARED + of_closed) == []

    (said,) = judged(tmp_path, SHARED.replace("FROM cases", "FROM cases JOIN casez") + of_closed)

    assert said.startswith("indicators.yaml:4: views/river_closed: The SELECT does not run: ")


def test_a_count_is_a_whole_number_unless_it_says_otherwise() -> None:
    declared = yaml.safe_load(INDICATORS)
    definition = declared["indicators"]["river.floods"]
    assert IndicatorDefinition.model_validate(definition).decimals == 0
    assert IndicatorDefinition.model_validate({**definition, "decimals": 2}).decimals == 2
    assert IndicatorDefinition.model_validate({**definition, "aggregate": "mean"}).decimals == 1
