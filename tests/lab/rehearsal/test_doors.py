"""Rehearsals at the front doors: asked for over HTTP and carried out by the job, and on the command line."""

from __future__ import annotations

import errno
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.jobs.models import Run
from citybrain.base.jobs.registry import registry
from citybrain.lab.rehearsal import actions
from citybrain.lab.rehearsal.changing import read_layers, read_lines
from citybrain.lab.rehearsal.models import Rehearsal
from citybrain.lab.rehearsal.types import LineChange, PackChange
from tests.hubs.business.cases.stage import Person, Refused
from tests.lab.rehearsal.conftest import LAMP, Morning

pytestmark = [pytest.mark.timeout(600)]


def body(morning: Morning, **more: Any) -> dict[str, Any]:
    end = morning.clock.now() + timedelta(minutes=1)
    lines = [{"action": "end", "line": morning.line[LAMP]}, {"case_type": LAMP, "organisation": "eco"}]
    return {"title": "路灯归生态局", "start": morning.start.isoformat(), "end": end.isoformat(), "lines": lines, **more}


def carry_out(number: int) -> None:
    """What `work` does with the run that was asked for."""
    run = Run.objects.get(name="rehearsals.run")
    assert run.arguments == {"rehearsal": number}
    registry().single[run.name].function(**run.arguments, progress=lambda done, note="": None)


def test_whoever_edits_the_list_asks_and_sees_case_by_case(morning: Any) -> None:
    steward = morning.person("steward")
    asked = steward.post("/rehearsals", body(morning))
    assert (asked["state"], asked["differ"], asked["result"]) == ("queued", None, {})

    carry_out(asked["id"])

    done = steward.get(f"/rehearsals/{asked['id']}")
    assert (done["state"], done["progress"], done["differ"]) == ("done", 1.0, 2)
    assert done["result"]["reproduction"]["share"] == 1.0
    assert done["result"]["assumptions"] == {"other_holder": 2}
    assert len(done["result"]["digests"]["after"]) == 64
    [mine] = steward.get("/rehearsals")["items"]
    assert (mine["title"], mine["asked_by"]) == ("路灯归生态局", "steward@cast")
    differences = f"/rehearsals/{asked['id']}/differences"
    found = steward.get(differences, kind="organisation", organisation="eco", case_type=LAMP)["items"]
    assert {one["number"] for one in found} == {morning.first, morning.second}
    assert {(one["now"]["organisation"], one["then"]["organisation"]) for one in found} == {("urban", "eco")}
    assert steward.get(differences, kind="late")["items"] == []
    page = steward.get(differences, limit=1)
    assert len(page["items"]) == 1
    assert page["next"]


def test_who_may_not_edit_the_list_may_not_rehearse_and_nothing_is_kept(morning: Any) -> None:
    with pytest.raises(Refused) as refused:
        morning.person("dispatcher").post("/rehearsals", body(morning))
    assert refused.value.status == 403
    assert not Rehearsal.objects.exists()
    assert not Run.objects.filter(name="rehearsals.run").exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lines": [{"case_type": LAMP, "organisation": "nobody-here"}]}, "lines/0/organisation"),
        ({"end": "2020-01-01T00:00:00Z"}, "end"),
    ],
)
def test_what_cannot_be_is_refused_at_once(morning: Any, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        Person(morning.cast, "steward").post("/rehearsals", body(morning, **more))
    assert (refused.value.status, list(refused.value.fields)) == (422, [field])


def test_a_rehearsal_that_cannot_be_carried_out_says_why(morning: Any) -> None:
    """Between asking and running the line was ended by hand: here it is not there at all."""
    asked = morning.person("steward").post("/rehearsals", body(morning))
    row = Rehearsal.objects.get(pk=asked["id"])
    row.changes["lines"][0]["line"] = 987_654
    row.save()

    carry_out(asked["id"])

    failed = morning.person("steward").get(f"/rehearsals/{asked['id']}")
    assert failed["state"] == "failed"
    assert "987654" in failed["error"]


def test_a_rehearsal_that_a_full_disk_ended_has_failed_and_so_has_its_job(
    morning: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    asked = morning.person("steward").post("/rehearsals", body(morning))
    monkeypatch.setattr(actions, "rehearse", full)
    with pytest.raises(OSError, match="No space left"):
        carry_out(asked["id"])

    failed = morning.person("steward").get(f"/rehearsals/{asked['id']}")
    assert (failed["state"], failed["finished_at"] is None) == ("failed", False)
    assert failed["error"].startswith("预演没有完成：")
    assert "No space left on device" in failed["error"]


def test_changes_are_read_from_files(tmp_path: Path) -> None:
    table, listed, layer = tmp_path / "lines.csv", tmp_path / "lines.yaml", tmp_path / "layer.yaml"
    table.write_text("action,line,case_type,organisation,priority\nend,12,,,\n,,lamp,eco,5\n", encoding="utf-8-sig")
    listed.write_text(json.dumps([{"action": "end", "line": 12}]))
    layer.write_text("- {pack: urban, path: clocks/a/duration/amount, value: 2}\n")

    assert read_lines(table) == [
        LineChange(action="end", line=12),
        LineChange(case_type="lamp", organisation="eco", priority=5),
    ]
    assert read_lines(listed) == [LineChange(action="end", line=12)]
    assert read_layers(layer) == [PackChange(pack="urban", path="clocks/a/duration/amount", value=2)]
