"""The audit trail over HTTP and on the command line, and who may read it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from citybrain.base import audit
from citybrain.base.audit import commands
from citybrain.base.audit.immutable import make_append_only, make_changeable
from citybrain.base.audit.models import Block, Record
from citybrain.base.audit.queries import RecordFilter, records
from citybrain.base.audit.sealing import seal_all, witness_path
from citybrain.base.errors import BadInput


def acted(clock: Any, count: int = 5) -> None:
    for number in range(count):
        clock.move(minutes=1)
        actor = audit.SystemActor(f"user:{number % 2}", "dispatcher")
        audit.record(actor, "case.returned", kind="case", key=str(number), reason="属供电公司管养")


def mine(items: list[dict[str, Any]]) -> list[str]:
    return [one["key"] for one in items if one["kind"] == "case"]


def test_records_come_newest_first_in_pages(cast: Any, clock: Any) -> None:
    acted(clock)
    client = cast.client("auditor")
    first = client.get("/api/v1/audit/records?limit=2&action=case.returned").json()
    second = client.get(f"/api/v1/audit/records?limit=3&action=case.returned&after={first['next']}").json()
    assert mine(first["items"] + second["items"]) == ["4", "3", "2", "1", "0"]
    assert first["items"][0]["data"] == {"reason": "属供电公司管养"}
    assert first["items"][0]["actor"] == "user:0"


@pytest.mark.parametrize(
    ("asked", "keys"),
    [("kind=case&key=2", ["2"]), ("actor=user:1", ["3", "1"]), ("action=case.closed", []),
     ("since=2026-03-02T01:02:00Z&until=2026-03-02T09:04:00%2B08:00", ["2", "1"])],
)  # fmt: skip
def test_records_are_found_by_what_is_known(cast: Any, clock: Any, asked: str, keys: list[str]) -> None:
    acted(clock)
    assert mine(cast.client("auditor").get(f"/api/v1/audit/records?{asked}").json()["items"]) == keys


def test_records_of_a_person_are_found_by_his_name(cast: Any, clock: Any) -> None:
    acted(clock)
    person = cast.user("handler")
    audit.record(person, "case.noted", kind="case", key="by-name")
    client = cast.client("auditor")
    part = person.actor_label[1:]
    for name, keys in ((part, ["by-name"]), ("没有这个人", [])):
        asked = {"actor": name, "action": "case.noted"}
        assert mine(client.get("/api/v1/audit/records", asked).json()["items"]) == keys


def test_a_time_range_comes_in_pages(cast: Any, clock: Any) -> None:
    acted(clock)
    client = cast.client("auditor")
    path = "/api/v1/audit/records?action=case.returned&since=2026-03-02T01:02:00Z&limit=2"
    first = client.get(path).json()
    second = client.get(f"{path}&after={first['next']}").json()
    assert (mine(first["items"]), mine(second["items"]), second["next"]) == (["4", "3"], ["2", "1"], None)


@pytest.mark.parametrize("actor", [None, "user:1"])
def test_a_time_range_is_read_by_index_in_its_order(cast: Any, clock: Any, actor: str | None) -> None:
    """Years of records lie before and after an hour; only those of the hour are looked at, and nothing is sorted."""
    acted(clock)
    begin = datetime(2026, 3, 2, 1, 2, tzinfo=UTC)
    wanted = RecordFilter(actors=(actor,) if actor else None, since=begin, until=begin + timedelta(minutes=2))
    with CaptureQueriesContext(connection) as asked:
        records(cast.viewer("auditor"), wanted)
    question = asked.captured_queries[-1]["sql"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of five rows is quicker read whole
            cursor.execute("SET LOCAL enable_sort = off")
        plan = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(plan + question.replace("%", "%%"))
        found = str(cursor.fetchall())
    assert actor or "audit_by_time" in found
    assert actor or "TEMP B-TREE" not in found
    assert "SCAN audit_record" not in found


@pytest.mark.parametrize("asked", ["since=yesterday", "limit=0", "after=xx", "since=2026-03-02T01:02:00"])
def test_a_wrong_question_is_refused_in_words(cast: Any, asked: str) -> None:
    answer = cast.client("auditor").get(f"/api/v1/audit/records?{asked}")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_the_head_is_there_to_be_written_down(cast: Any, clock: Any) -> None:
    client = cast.client("auditor")
    assert client.get("/api/v1/audit/head").status_code == 404
    acted(clock)
    seal_all()
    head = client.get("/api/v1/audit/head").json()
    block = Block.objects.get(number=head["number"])
    assert (head["head"], head["records"]) == (block.head, block.total)
    assert len(head["public_key"]) == 130
    assert client.get(f"/api/v1/audit/blocks/{head['number']}").json() == head
    assert client.get("/api/v1/audit/blocks/99").json()["code"] == "audit.no_block"


def test_a_record_shows_the_block_that_it_is_sealed_in(cast: Any, clock: Any) -> None:
    client = cast.client("auditor")
    acted(clock)
    seal_all()
    acted(clock, 2)
    seal_all()
    acted(clock, 1)
    of_case = [row for row in client.get("/api/v1/audit/records").json()["items"] if row["kind"] == "case"]
    seals = [client.get(f"/api/v1/audit/records/{row['id']}/seal").json() for row in of_case]

    assert seals[0] == {"block": None, "is_intact": None}, "the newest waits for the sealer"
    assert [seal["block"]["number"] for seal in seals[1:]] == [2, 2, 1, 1, 1, 1, 1]
    assert {seal["is_intact"] for seal in seals[1:]} == {True}
    second, first = seals[1]["block"], seals[-1]["block"]
    assert (second["previous"], second["count"]) == (first["head"], 2)
    assert second == client.get("/api/v1/audit/blocks/2").json()
    assert client.get("/api/v1/audit/records/99999/seal").json()["code"] == "audit.no_record"


def test_a_record_that_was_changed_behind_our_back_does_not_read_as_sealed(cast: Any, clock: Any) -> None:
    acted(clock)
    seal_all()
    client = cast.client("auditor")
    newest, other = client.get("/api/v1/audit/records?action=case.returned").json()["items"][:2]
    make_changeable(connection, "audit_record")
    try:
        models.QuerySet(Record).filter(pk=newest["id"]).update(actor_label="somebody else")
    finally:
        make_append_only(connection, "audit_record")

    assert client.get(f"/api/v1/audit/records/{newest['id']}/seal").json()["is_intact"] is False
    assert client.get(f"/api/v1/audit/records/{other['id']}/seal").json()["is_intact"] is True


@pytest.mark.parametrize("person", ["dispatcher", "leader", "steward", "citizen", "nobody"])
def test_who_is_no_auditor_reads_nothing(cast: Any, person: str) -> None:
    client = cast.client(person)
    assert client.get("/api/v1/audit/records").status_code == 403
    assert client.get("/api/v1/audit/head").status_code == 403
    assert cast.anonymous().get("/api/v1/audit/records").status_code == 401


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(["audit", *words])
    return int(options.run(options))


def test_the_command_line_verifies_shows_the_head_and_exports(
    cast: Any, clock: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witness_path().unlink(missing_ok=True)
    acted(clock)
    seal_all()
    assert command("verify") == 0
    assert "intact" in capsys.readouterr().out
    assert command("head") == 0
    head = capsys.readouterr().out.splitlines()[0]
    assert command("verify", "--head", head) == 0
    assert command("verify", "--head", head.split(":")[0] + ":" + "0" * 64) == 1
    assert "BROKEN head_not_as_witnessed" in capsys.readouterr().err
    witness_path().write_bytes(b"")
    assert command("verify") == 1
    assert "written down elsewhere" in capsys.readouterr().err
    witness_path().unlink()
    assert command("export", str(tmp_path / "out.jsonl")) == 0
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8").count("case.returned") == 5


def test_a_head_of_another_form_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="does not read NUMBER:HASH"):
        command("verify", "--head", "4711")
