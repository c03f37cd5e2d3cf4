"""A citizen reports: three taps, one receipt, nothing lost when the answer is, and nothing personal left open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from citybrain.applications.governance.appeals import codes
from citybrain.applications.governance.appeals.actions import forget_old
from citybrain.applications.governance.appeals.models import Allowance, Appeal
from citybrain.base import clock as city_clock
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.hubs.business.signals.models import Signal
from tests.applications.governance.appeals.conftest import PUBLIC, STREET, request_key


def test_a_report_becomes_a_case_with_its_organisation_and_a_code_to_look_it_up(town, citizen):
    code = citizen.reports("人民路12号门口的路灯三天不亮了", phone="13800001234")
    town.deliver()

    seen = citizen.tracks(code)

    assert (seen["step"], seen["organisation"], seen["title"]["zh"]) == ("assigned", "市城管执法委", "道路照明")
    assert seen["phone"] == "138****1234"
    assert seen["due_at"] > seen["at"]
    assert [step["state"] for step in seen["steps"]] == ["done", "now", "todo", "todo", "todo"]
    assert seen["timeline"][0]["text"]["zh"] == "我们收到了您的反映"
    assert seen["timeline"][-1]["text"]["zh"] == "已交给市城管执法委办理"
    assert seen["text"] == "人民路12号门口的路灯三天不亮了"


def test_before_anybody_has_read_it_the_code_says_that_it_is_here(town, citizen):
    seen = citizen.tracks(citizen.reports())

    assert (seen["number"], seen["step"], seen["organisation"]) == (None, "received", None)
    assert seen["steps"][0]["state"] == "now"


def test_a_category_is_enough_and_so_is_a_text(town, citizen):
    citizen.reports(text="")
    assert Signal.objects.get().subject == "路灯不亮"
    citizen.reports("这里有点不对劲", category="")
    assert Signal.objects.order_by("-pk")[0].case_type == ""


def test_a_category_whose_kind_the_city_does_not_have_leaves_it_to_the_words(town, citizen):
    citizen.reports("没有了", category="gone")
    assert Signal.objects.get().case_type == ""
    assert [one["key"] for one in citizen.get("/portal").json()["categories"]] == ["street-light", "noise", "other"]


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"text": "", "category": ""}, "text", "appeal.says_nothing"),
        ({"text": "   ", "category": ""}, "text", "appeal.says_nothing"),
        ({"lon": None}, "address", "appeal.where"),
        ({"lon": 112.05, "lat": None}, "lat", "input.required"),
        ({"lon": 114.0, "lat": 30.0}, "lon", "appeal.outside"),
        ({"lon": 32.0475, "lat": 89.0}, "lon", "appeal.outside"),
        ({"lon": 500}, "lon", "input.too_great"),
        ({"phone": "12345"}, "phone", "appeal.phone"),
        ({"phone": "1380000123x"}, "phone", "appeal.phone"),
        ({"text": "长" * 1001}, "text", "input.too_long"),
        ({"pictures": ["0" * 32]}, "pictures", "appeal.picture_gone"),
        ({"pictures": ["x"]}, "pictures[0]", "input.too_short"),
        ({"request_key": "short"}, "request_key", "input.pattern"),
        ({"colour": "red"}, "colour", "input.unknown_field"),
        ({"crs": "EPSG:4326"}, "crs", "input.choice"),
    ],
)
def test_what_cannot_be_a_report_is_refused_in_words_and_nothing_is_kept(town, citizen, more, field, code):
    answer = citizen.sends(**{"lat": STREET[1], **more} if "lon" in more and more["lon"] is not None else more)

    assert answer.status_code == 422, answer.content
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert not Signal.objects.exists()
    assert not Appeal.objects.exists()


def test_an_address_is_enough_where_no_point_is_known(town, citizen):
    citizen.reports(address="樊城区王寨街道人民路12号")
    assert Signal.objects.get().region_code == town.cast.street.code


def test_chinese_coordinates_are_understood(town, citizen):
    citizen.reports(lon=112.0570, lat=32.0455, crs="GCJ-02", precision_m=15)
    signal = Signal.objects.get()
    assert (signal.lon, signal.lat) != (112.0570, 32.0455)
    assert signal.precision_m == 15


# nothing lost when the answer is


def test_the_same_report_sent_again_is_kept_once_and_answers_the_same_code(town, citizen):
    key = request_key()
    first = citizen.sends(request_key=key, phone="13800001234")
    again = citizen.sends(request_key=key, phone="13800001234")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Signal.objects.count() == 1


def test_a_key_opens_no_other_report(town, citizen):
    """Whoever finds out a request key learns no code from it without the very words."""
    key = request_key()
    citizen.reports(request_key=key)

    answer = citizen.sends("别的事", request_key=key)

    assert (answer.status_code, answer.json()["code"]) == (409, "appeal.request_key_used")
    assert Signal.objects.count() == 1


# codes


def test_a_code_has_130_bits_and_is_read_as_people_write_it(town, citizen):
    code = citizen.reports()

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}", code)
    for written in (code.lower(), code.replace("-", ""), f" {code} ", code.replace("0", "O").replace("1", "l")):
        assert citizen.tracks(written)["text"] == "人民路路灯不亮"
    assert len({codes.new_code() for _ in range(2000)}) == 2000


def test_of_a_code_only_its_hash_is_kept_and_nothing_written_holds_it(town, citizen):
    code = citizen.reports(request_key=request_key()).replace("-", "")

    kept = " ".join(str(value) for row in Appeal.objects.values_list() for value in row)
    kept += " ".join(Record.objects.values_list("data", flat=True).iterator().__next__() or "" for _ in range(1))
    kept += " ".join(str(row) for row in Record.objects.values_list())
    kept += " ".join(str(row) for row in OutboxEvent.objects.values_list())
    assert code not in kept.replace("-", "")
    assert Appeal.objects.get().code_hash == codes.hash_of(code)


def test_every_wrong_code_reads_the_same_and_guessing_is_stopped(town, citizen, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = 5
    code = citizen.reports()
    guesses = ["", "x", "0" * 26, code[:-1] + ("0" if code[-1] != "0" else "1"), code + "0"]

    answers = [citizen.post("/tracking", {"code": guess}) for guess in guesses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    stopped = citizen.post("/tracking", {"code": code})
    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) > 3000
    assert town.citizen("203.0.113.99").tracks(code)["text"] == "人民路路灯不亮"


# the telephone


def test_the_telephone_is_sealed_and_stands_in_no_answer_and_no_message(town, citizen):
    code = citizen.reports("请打13800001234找我,路灯不亮", phone="13800001234", name="张三丰")
    town.deliver()

    signal = Signal.objects.get()
    assert signal.reporter_phone.startswith("sm4.1.")
    said = str(citizen.tracks(code)) + str(citizen.near()) + str(citizen.get("/cases").json())
    said += " ".join(str(row) for row in OutboxEvent.objects.values_list())
    said += " ".join(str(row) for row in Record.objects.values_list())
    said += signal.text + signal.subject
    assert "13800001234" not in said
    assert "张三丰" not in said


# how often


def test_one_address_reports_so_often_and_is_told_when_again(town, citizen, settings, clock):
    settings.PUBLIC_REPORTS_PER_HOUR = 2
    citizen.reports()
    citizen.reports()

    answer = citizen.sends()

    assert (answer.status_code, answer.json()["code"]) == (429, "appeal.too_many")
    assert 3500 < int(answer["Retry-After"]) <= 3600
    assert Signal.objects.count() == 2
    assert town.citizen("203.0.113.8").sends().status_code == 201


def test_behind_a_proxy_on_this_machine_each_caller_is_counted_for_himself(town, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    proxy = town.citizen("127.0.0.1")
    for caller in ("198.51.100.1", "198.51.100.2"):
        proxy.client.defaults["HTTP_X_FORWARDED_FOR"] = f"9.9.9.9, {caller}"
        assert proxy.sends().status_code == 201
    assert proxy.sends().status_code == 429

    direct = town.citizen("203.0.113.7")
    direct.client.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.77"
    assert [direct.sends().status_code for _ in range(2)] == [201, 429]


def test_one_telephone_reports_so_often_from_wherever(town, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = 6
    answers = [town.citizen(f"203.0.113.{n}").sends(phone="13800001234").status_code for n in range(3)]
    assert answers == [201, 201, 429]
    assert town.citizen("203.0.113.9").sends(phone="13900001234").status_code == 201


def test_sending_again_what_was_sent_costs_nothing(town, citizen, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    key = request_key()
    assert [citizen.sends(request_key=key).status_code for _ in range(3)] == [201, 200, 200]


@pytest.mark.parametrize("name", ["source_system", "citizen", "integrator"])
def test_a_token_that_may_report_is_not_counted_by_its_address(town, settings, name):
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    app = town.citizen()
    app.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {town.cast.secret(name)}"

    assert [app.sends(f"路灯不亮 {n}").status_code for n in range(3)] == [201] * 3
    assert app.uploads().status_code == 201
    assert Record.objects.filter(action="appeal.received", data__contains=town.cast.token(name).actor_key).count() == 3


@pytest.mark.parametrize("secret", ["cb_wrong", ""])
def test_a_token_that_is_not_valid_is_refused_rather_than_passed_over(town, citizen, secret):
    citizen.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    assert citizen.sends().status_code == 401
    assert not Signal.objects.exists()


def test_a_token_without_that_right_is_counted_like_everybody(town, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    app = town.citizen()
    app.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {town.cast.secret('leader')}"
    assert [app.sends().status_code for _ in range(2)] == [201, 429]


def test_counts_are_forgotten_when_their_window_is_over(town, citizen, monkeypatch):
    citizen.reports(phone="13800001234")
    now = city_clock.wall_now()
    assert forget_old() == 0
    monkeypatch.setattr(city_clock, "wall_now", lambda: now + timedelta(hours=2))
    assert forget_old() == 1  # the hour of the address; the day of the telephone goes on
    assert Allowance.objects.count() == 1


def test_no_sign_in_and_no_cookie_is_asked_for(town):
    visitor = town.citizen().client
    assert visitor.get(f"{PUBLIC}/portal").status_code == 200
    assert not visitor.cookies
