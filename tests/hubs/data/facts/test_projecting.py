"""Casework through the front door, and what the lake then knows of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.utils import timezone

from citybrain.base import bus
from citybrain.base.audit import SYSTEM
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.clock import EPOCH
from citybrain.base.notices.actions import deliver_due
from citybrain.base.places.actions import rename_region
from citybrain.base.places.models import Region
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.data.facts import projecting, references
from citybrain.hubs.data.facts.describing import describe, unused_meanings
from citybrain.hubs.data.facts.lake import lake
from citybrain.hubs.data.facts.models import Reconciliation
from citybrain.hubs.data.facts.reconciling import reconcile
from citybrain.hubs.data.facts.registry import Registry, facts, only
from citybrain.hubs.data.facts.store import Store
from citybrain.hubs.data.facts.types import FactTable, Reference
from tests.hubs.business.cases.conftest import play  # noqa: F401  (a fixture)
from tests.hubs.business.cases.stage import LAMPS, Person, Play, declare

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_folder() -> None:
    references._looked.clear()


def ask(data: Path, sql: str, **how: Any) -> list[dict[str, Any]]:
    with lake(data, **how) as opened:
        rows: list[dict[str, Any]] = opened.query(sql).to_pylist()
    return rows


def test_a_case_is_in_the_lake_as_it_stands(play: Play, clock: Any, tmp_path: Path) -> None:  # noqa: F811
    declare(LAMPS)
    case = play.dispatcher.opens()
    clock.move(hours=1)
    play.handler.takes("accept", case)
    clock.move(hours=2)
    play.handler.finishes(case)

    assert projecting.project(tmp_path) > 0

    stands = Case.objects.get(number=case.number)
    (row,) = ask(tmp_path, "SELECT * FROM cases")
    assert row["case"] == case.number
    assert (row["state"], row["region_path"], row["organisation"]) == (stands.state, stands.region_path, "urban")
    assert row["organisation_path"] == "/gov/urban/"
    assert (row["opened_at"], row["due_at"]) == (stands.occurred_at, stands.due_at)
    assert row["accepted_at"] - row["dispatched_at"] == timedelta(hours=1)
    assert row["finished_at"] - row["accepted_at"] == timedelta(hours=2)
    (task,) = ask(tmp_path, "SELECT * FROM assignments")
    assert (task["case"], task["organisation"], task["accepted_at"]) == (case.number, "urban", row["accepted_at"])
    assert projecting.project(tmp_path) == 0


def test_the_task_of_a_helper_is_the_helper_s(play: Play, tmp_path: Path) -> None:  # noqa: F811
    """And the case stays its holder's, before and after the help."""
    declare(LAMPS)
    case = play.dispatcher.opens()
    play.handler.takes("accept", case)
    play.handler.takes("assist", case, organisation="eco", note="请协助")
    play.handler_elsewhere.takes("contribute", case, note="已测")

    projecting.project(tmp_path)

    tasks = ask(tmp_path, "SELECT role, organisation, organisation_path FROM assignments ORDER BY assignment")
    assert [tuple(task.values()) for task in tasks] == [
        ("lead", "urban", "/gov/urban/"),
        ("assist", "eco", "/gov/eco/"),
    ]
    told = ask(tmp_path, "SELECT DISTINCT organisation FROM case_events WHERE role = 'assist'")
    assert told == [{"organisation": "urban"}]
    assert ask(tmp_path, "SELECT organisation FROM cases") == [{"organisation": "urban"}]


@pytest.mark.parametrize("stops_at", ["archive", "case_events", "signal_events"])
def test_a_kill_between_two_commits_doubles_nothing(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops_at: str  # noqa: F811
) -> None:  # fmt: skip
    declare(LAMPS)
    for _ in range(3):
        play.dispatcher.opens()
    append = Store.append

    def killed(store: Store, *arguments: Any, **more: Any) -> None:
        if store.path.name == ("events" if stops_at == "archive" else stops_at):
            raise KeyboardInterrupt
        append(store, *arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "append", killed)
        if stops_at != "signal_events":  # nobody reported a signal: that table takes no part
            with pytest.raises(KeyboardInterrupt):
                projecting.project(tmp_path)
    projecting.project(tmp_path)

    (counts,) = ask(
        tmp_path, "SELECT count(*) AS rows, count(DISTINCT event) AS events, max(seq) AS last FROM case_events"
    )
    assert counts["rows"] == counts["events"] == counts["last"] > 0
    assert counts["rows"] == OutboxEvent.objects.filter(type__startswith="case.").count()
    (archived,) = ask(tmp_path, "SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM events")
    assert archived["rows"] == archived["ids"] == OutboxEvent.objects.count()


def test_it_ends_though_more_goes_on_coming(
    play: Play,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declare(LAMPS)
    play.dispatcher.opens()
    read_after, asked = projecting.read_after, []

    def read_while_more_comes(*where: Any) -> Any:
        asked.append(where)
        assert len(asked) < 5, "it goes on for ever"
        found = read_after(*where)
        play.dispatcher.opens()
        return found

    monkeypatch.setattr(projecting, "read_after", read_while_more_comes)
    assert projecting.project(tmp_path) > 0


def test_at_a_watermark_the_answer_stays_the_same(play: Play, clock: Any, tmp_path: Path) -> None:  # noqa: F811
    declare(LAMPS)
    case = play.dispatcher.opens()
    projecting.project(tmp_path)
    sql = 'SELECT "case", state, organisation FROM cases ORDER BY 1'
    with lake(tmp_path) as opened:
        before, marks = opened.query(sql).to_pylist(), dict(opened.marks)
    then = clock.now()

    clock.move(minutes=5)
    play.handler.takes("accept", case)
    play.dispatcher.opens()
    projecting.project(tmp_path)

    assert len(ask(tmp_path, sql)) == 2
    assert ask(tmp_path, sql, marks=marks) == before
    assert ask(tmp_path, sql, known_at=then) == before


def test_every_table_can_be_made_again(play: Play, clock: Any, tmp_path: Path) -> None:  # noqa: F811
    declare(LAMPS)
    case = play.dispatcher.opens()
    projecting.project(tmp_path)
    clock.move(minutes=5)
    play.handler.takes("accept", case)
    projecting.project(tmp_path)
    sql = "SELECT * FROM case_events ORDER BY seq"
    before = ask(tmp_path, sql)
    OutboxEvent.objects.all().delete()  # forgotten long ago

    counts = projecting.rebuild(tmp_path)

    assert counts["case_events"] == len(before)
    assert ask(tmp_path, sql) == before
    assert not (tmp_path / "lake" / "facts.old").exists()


def test_a_table_that_is_declared_later_begins_at_the_beginning(play: Play, tmp_path: Path) -> None:  # noqa: F811
    declare(LAMPS)
    with only(Registry()):
        play.dispatcher.opens()
        projecting.project(tmp_path)
    late = FactTable(
        "openings", ("case.opened",), (pa.field("case", pa.string()),), lambda event: {"case": event.data["case"]}
    )

    with only(Registry({"openings": late})):
        projecting.project(tmp_path)
        assert len(ask(tmp_path, "SELECT * FROM openings")) == 1


def test_the_outbox_keeps_what_the_lake_has_not_had(play: Play, tmp_path: Path) -> None:  # noqa: F811
    from citybrain.base.bus.actions import prune

    declare(LAMPS)
    play.dispatcher.opens()
    bus.drain()
    OutboxEvent.objects.update(wall_at=timezone.now() - timedelta(days=400))
    assert prune(timedelta(days=90)) == 0

    projecting.project(tmp_path)
    assert prune(timedelta(days=90)) > 0
    assert len(ask(tmp_path, "SELECT * FROM cases")) == 1


def test_what_a_region_was_called_is_not_forgotten(cast: Any, clock: Any, tmp_path: Path) -> None:
    projecting.project(tmp_path)
    sql = "SELECT name FROM regions WHERE code = '420606'"
    with lake(tmp_path) as opened:
        (row,) = opened.query(sql).to_pylist()
        marks = dict(opened.marks)
    assert row == {"name": "樊城区"}

    clock.move(hours=1)
    rename_region(cast.county, name="樊城新区", actor=SYSTEM)
    projecting.project(tmp_path)

    assert ask(tmp_path, sql) == [{"name": "樊城新区"}]
    assert ask(tmp_path, sql, marks=marks) == [{"name": "樊城区"}]
    assert ask(tmp_path, sql, known_at=clock.now() - timedelta(minutes=1)) == [{"name": "樊城区"}]
    assert ask(tmp_path, "SELECT count(*) AS n FROM regions_history WHERE code = '420606'") == [{"n": 2}]


def test_drift_is_counted_and_told(play: Play, clock: Any, tmp_path: Path) -> None:  # noqa: F811
    declare(LAMPS)
    play.dispatcher.opens()
    clock.move(minutes=5)
    assert reconcile(tmp_path) == 0

    lost = Case.objects.get()
    Case.objects.filter(pk=lost.pk).update(source="elsewhere")
    assert reconcile(tmp_path) == 2

    told = Reconciliation.objects.first()
    assert told is not None
    names = {(one["tally"], one["name"], one["database"], one["lake"]) for one in told.differences}
    assert names == {("cases", lost.source, 0, 1), ("cases", "elsewhere", 1, 0)}
    bus.drain()
    deliver_due()
    heard = Person(play.cast, "administrator").get("/notices")["items"]
    assert any("对账" in one["title"] for one in heard), heard


def test_views_and_tables_are_documented() -> None:
    text = (Path(__file__).resolve().parents[4] / "docs" / "lake.md").read_text(encoding="utf-8")
    assert [name for name in facts().names() if f"`{name}`" not in text] == []


def test_every_column_says_what_it_means(tmp_path: Path) -> None:
    silent = [f"{table}.{one.name}" for table, columns in describe(tmp_path) for one in columns if not one.about]
    assert silent == []
    assert unused_meanings(tmp_path) == []


def test_a_column_declared_later_is_null_in_what_was_written_before(cast: Any, tmp_path: Path) -> None:
    """A city whose regions were written before they had a population goes on, and takes it over once it is known."""
    regions = facts().entries["regions"]
    assert isinstance(regions, Reference)
    before = pa.schema([field for field in regions.schema if field.name != "population"])
    rows = [
        {name: row[name] for name in row if name != "population"}
        | {"seq": number, "recorded_at": EPOCH, "is_gone": False, "month": "1970-01"}
        for number, row in enumerate(regions.rows(), 1)
    ]
    Store(references.store_of(tmp_path, regions).path, before).append(rows)

    assert ask(tmp_path, "SELECT DISTINCT population FROM regions") == [{"population": None}]
    projecting.project(tmp_path)
    assert ask(tmp_path, "SELECT count(*) AS rows FROM regions_history") == [{"rows": len(rows)}]

    Region.objects.filter(code="4206").update(population=5_260_951)
    references._looked.clear()
    projecting.project(tmp_path)
    assert ask(tmp_path, "SELECT count(*) AS rows FROM regions_history") == [{"rows": len(rows) + 1}]
    found = ask(tmp_path, "SELECT code, population FROM regions WHERE population IS NOT NULL")
    assert found == [{"code": "4206", "population": 5_260_951}]
