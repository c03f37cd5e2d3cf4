"""A telephone or identity number that somebody types where many read is nowhere afterwards: not on the timeline, not
in a notice, not in the audit trail, which forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from citybrain.base.accounts.redaction import without_contacts
from citybrain.base.clock import MovableClock
from citybrain.site.api import api
from tests.cast import Cast
from tests.hubs.business.cases.stage import Person, Play


@pytest.fixture
def play(cast: Cast, clock: MovableClock) -> Play:
    return Play(cast, clock)


PHONE, IDENTITY = "13800001234", "420606198001011234"
SPELT = f"请联系 138-0000-1234 或 １３８００００１２３４,身份证 {IDENTITY}"
FREE_TEXTS = frozenset(
    {"reason", "note", "summary", "title", "subject", "text", "comment", "remark", "purpose", "address"}
)
ELSEWHERE = {
    ("/api/v1/signals", "subject"): "reports: the original is sealed",
    ("/api/v1/signals", "text"): "reports: the original is sealed",
    ("/api/v1/signals", "address"): "reports: the original is sealed",
    ("/api/v1/signals/closings", "note"): "read with its row",
    ("/api/v1/public/reports", "text"): "a report",
    ("/api/v1/public/reports", "address"): "a report",
    ("/api/v1/public/reports/near", "text"): "compared and not kept",
    ("/api/v1/public/follows", "text"): "a report",
    ("/api/v1/public/tracking/rating", "comment"): "taken without contacts by its action",
    ("/api/v1/public/tracking/reopening", "reason"): "taken without contacts by its action",
    ("/api/v1/parties/organisations/import", "text"): "a roster: codes and names of organisations",
    ("/api/v1/notices/preferences", "address"): "ones own mail address: sealed",
    ("/api/v1/things", "address"): "where a device stands",
    ("/api/v1/things/{code}", "address"): "where a device stands",
}
"""Bodies that are read in another way; the tests of those apps prove it."""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("电话13800001234请回", "电话***请回"),
        ("+86 138 0000 1234", "***"),
        ("１３８００００１２３４", "***"),
        ("身份证420606198001011234。", "身份证***。"),
        ("42060619800101123X", "***"),
        ("0710-3512345 转 8", "*** 转 8"),
        ("卡号6222021234567890123", "卡号***"),
        ("zhang.san@example.com", "***"),
        ("设备已拆除并已移交物业公司联系zhang@qq.com请于周五前复核", "设备已拆除并已移交物业公司联系***请于周五前复核"),
        ("张工13800001234zhang＠qq.com.", "张工******."),
        ("案件AJ2026030200001,12345热线,三楼301", "案件AJ2026030200001,12345热线,三楼301"),
        ("更换灯泡 2 个,2026-03-02 09:00", "更换灯泡 2 个,2026-03-02 09:00"),
    ],
)
def test_what_reaches_a_person_is_taken_out_and_nothing_else(text: str, left: str):
    assert without_contacts(text) == left


@pytest.mark.parametrize("letters", ["路", "a", "1", "a.", "a@", "a@a."])
def test_a_long_text_is_read_once_whatever_is_in_it(letters: str):
    """Reports are read while no other writer may write: twice as long a text takes twice as long, not four times."""
    began = perf_counter()
    without_contacts(letters * 100_000)
    assert perf_counter() - began < 5  # a tenth of a second; minutes where each letter is a place to begin


def test_every_body_in_which_people_write_takes_it_out():
    """A new door cannot forget it: the type of the field is `Said`, or it stands above with its reason."""
    found = {(path, name): schema for path, name, schema in free_texts()}
    open_ones = {place for place, schema in found.items() if not schema.get("x-redacted")}
    assert open_ones == set(ELSEWHERE)


def test_what_is_said_about_a_case_is_kept_nowhere_with_its_numbers(play: Play):
    case = play.dispatcher.opens(title=f"路灯不亮 {PHONE}", text=SPELT, address=f"人民路12号 {PHONE}")
    play.dispatcher.post(f"/cases/{case.number}/notes", {"text": SPELT})
    play.handler.takes("accept", case, note=SPELT)
    play.handler.takes("extend", case, reason=SPELT, duration={"amount": 1, "unit": "hours"})
    play.dispatcher.takes("refuse", case, reason=SPELT)
    play.handler.finishes(case, note=SPELT)
    play.dispatcher.takes("reject", case, reason=SPELT)
    play.handler.finishes(case, note="已更换")
    play.dispatcher.takes("verify", case, note=SPELT)
    play.dispatcher.takes("close", case, summary=SPELT)

    assert case.title == "路灯不亮 ***"
    assert case.told()[-1].endswith("请联系 *** 或 ***,身份证 ***")
    assert [place for place, text in everything_kept() if is_told(text)] == []


def test_what_is_said_about_reports_devices_and_handovers_neither(cast: Cast, clock: object):
    dispatcher = Person(cast, "dispatcher")
    report = {"text": f"请回电 {PHONE}", "lon": 112.0512, "lat": 32.0475, "address": f"人民路12号 {PHONE}",
              "occurred_at": clock.now().isoformat()}  # type: ignore[attr-defined]  # fmt: skip
    [signal] = dispatcher.post("/signals", [report])["ids"]
    dispatcher.post("/handovers", {"text": SPELT})
    Person(cast, "administrator").post(f"/signals/{signal}/reveal", {"purpose": f"回拨 {PHONE}"})

    assert [place for place, text in everything_kept() if is_told(text)] == []


def is_told(text: str) -> bool:
    return PHONE in text or IDENTITY in text or "0000-1234" in text or "１３８" in text


def everything_kept() -> Iterator[tuple[str, str]]:
    """Every text of every row of every table."""
    for model in apps.get_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield from ((table, str(value)) for value in row if isinstance(value, str | dict | list | bytes))


def free_texts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    schema = api.get_openapi_schema()
    known = schema["components"]["schemas"]
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for name, field in strings(content["schema"], known):
                    if name in FREE_TEXTS:
                        yield path, name, field


def strings(schema: dict[str, Any], known: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        yield from strings(known[schema["$ref"].rpartition("/")[2]], known, name)
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, [])]
    for part in [*parts, *([schema["items"]] if "items" in schema else [])]:
        yield from strings(part, known, name)
    for inner, part in schema.get("properties", {}).items():
        yield from strings(part, known, inner)
    if schema.get("type") == "string":
        yield name, schema
