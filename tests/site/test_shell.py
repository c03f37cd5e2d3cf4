"""The shell around every request: one error shape, languages, limits, headers, health, metrics."""

from __future__ import annotations

import logging
import os
import time

import pytest
from django.db import connection
from django.test import Client

from citybrain.base.errors import Conflict, TooMany
from citybrain.base.metrics import Gauge, gauge
from citybrain.base.metrics import only as only_gauges
from citybrain.site.http.middleware import log_slow_query
from citybrain.site.http.problems import field_path, language_of
from tests.cast import CityClient

ROLES = "/api/v1/roles"
TOKENS = "/api/v1/tokens"
SHAPE = {"type", "title", "status", "code", "detail"}


def is_problem(answer, status: int, code: str) -> bool:
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(body) - {"errors", "reference"} == SHAPE
    assert body["type"] == f"/docs/errors#{code}"
    return (answer.status_code, body["status"], body["code"]) == (status, status, code)


def error(field: str, code: str, reason: str, cure: str) -> dict[str, str]:
    return {"field": field, "code": f"input.{code}", "reason": reason, "cure": cure}


class TestOneShape:
    """Whatever refuses a request, and wherever: the same document."""

    def test_a_field_is_named_with_its_reason(self, cast):
        body = {"name": "", "role": "x", "mode": "slow", "level": 9}
        answer = cast.client("administrator").english().post(TOKENS, body)

        assert is_problem(answer, 422, "input.invalid")
        assert answer.json() == {
            "type": "/docs/errors#input.invalid",
            "title": "The input is not valid",
            "status": 422,
            "code": "input.invalid",
            "detail": "Correct each field as said at it and try again.",
            "errors": [
                error("name", "too_short", "Shorter than 1", "Add what is missing."),
                error("mode", "choice", "Only one of these: 'live' or 'history'", "Use one of the listed values."),
                error("level", "too_great", "Above the greatest allowed value 4", "Give a smaller value."),
            ],
        }

    def test_what_an_action_refuses_reads_the_same(self, cast):
        answer = cast.client("administrator").english().post(TOKENS, {"name": "x", "role": "emperor"})
        assert is_problem(answer, 422, "input.invalid")
        assert answer.json()["errors"][0]["field"] == "role"
        assert "administrator" in answer.json()["errors"][0]["reason"]

    @pytest.mark.parametrize(
        ("body", "why"),
        [("{", "truncated"), ("[1,]", "trailing comma"), ('{"name": NaN}', "invalid"), (b'{"name": "\xff"}', "utf-8"),
         ('{"name": "\\ud800"}', ""), ('{"name": "a\\u0000"}', "NUL"), ("", "")],
    )  # fmt: skip
    def test_a_body_that_cannot_be_read(self, cast, body, why):
        answer = cast.client("administrator").english().post(TOKENS, body, content_type="application/json")
        if body == "":
            assert is_problem(answer, 422, "input.invalid")
        else:
            assert is_problem(answer, 400, "input.unreadable")
            assert why.lower() in answer.json()["title"].lower()

    def test_not_signed_in(self, cast):
        answer = cast.anonymous().get(ROLES)
        assert is_problem(answer, 401, "account.not_signed_in")
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_not_within_the_duties(self, cast):
        assert is_problem(cast.client("handler").get("/api/v1/users"), 403, "account.forbidden")

    def test_no_such_thing(self, cast):
        assert is_problem(cast.client("administrator").get("/api/v1/users/999999999"), 404, "input.not_found")

    @pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/nothing", "/api/v1/users/abc", "/api/v1"])
    def test_no_such_address(self, cast, path):
        assert is_problem(cast.client("administrator").get(path), 404, "http.not_found")

    def test_no_such_method(self, cast):
        answer = cast.client("administrator").patch(TOKENS)
        assert is_problem(answer, 405, "http.method")
        assert answer["Allow"] == "GET, POST"

    def test_conflict(self, cast):
        body = {"username": "handler", "password": "correct horse battery staple"}
        assert is_problem(cast.client("administrator").post("/api/v1/users", body), 409, "account.username_taken")

    def test_too_large(self, cast):
        answer = cast.client("administrator").post(TOKENS, b" " * (16 * 1024 * 1024 + 1))
        assert is_problem(answer, 413, "http.too_large")

    def test_too_large_by_what_it_says_of_itself_before_it_is_read(self):
        answer = Client().post(TOKENS, b"{}", content_type="application/json", CONTENT_LENGTH="50000000000")
        assert is_problem(answer, 413, "http.too_large")

    @pytest.mark.parametrize("length", ["-1", "many", "1e3"])
    def test_a_length_that_is_no_number(self, length):
        answer = Client().post(TOKENS, b"{}", content_type="application/json", CONTENT_LENGTH=length)
        assert is_problem(answer, 400, "http.bad_request")

    @pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"])
    def test_a_media_type_that_is_not_supported(self, cast, media_type):
        answer = cast.client("administrator").post(TOKENS, "{}", content_type=media_type)
        assert is_problem(answer, 415, "http.media_type")

    def test_a_host_that_is_not_ours(self):
        assert is_problem(Client(headers={"host": "evil.example"}).get(ROLES), 400, "http.bad_request")

    def test_a_character_that_no_database_keeps(self, cast):
        for path in ("/api/v1/users?after=%00", "/api/v1/files/a%00b"):
            assert is_problem(cast.client("administrator").get(path), 400, "input.character")

    def test_a_cursor_that_nobody_handed_out(self, cast):
        for cursor in ("nonsense", "WzFd", "e30", "W251bGxd"):
            answer = cast.client("administrator").get(f"/api/v1/users?after={cursor}")
            assert is_problem(answer, 422, "input.cursor")

    def test_the_unforeseen_gets_a_reference_and_keeps_its_words_to_itself(self, cast, monkeypatch, caplog):
        """What went wrong may hold personal data: the log says where, the reader gets a number."""

        phone = "138" + "00001234"

        def breaks(viewer, **wanted):
            raise RuntimeError(phone)

        monkeypatch.setattr("citybrain.base.accounts.queries.list_users_with_roles", breaks)
        with caplog.at_level(logging.INFO):
            answer = cast.client("administrator").english().get("/api/v1/users")

        assert is_problem(answer, 500, "internal")
        reference = answer.json()["reference"]
        assert reference == answer["X-Request-ID"]
        assert reference in answer.json()["detail"]
        assert f"request {reference} failed with RuntimeError" in caplog.text
        assert "breaks" in caplog.text
        assert phone not in caplog.text + answer.content.decode()

    def test_a_busy_database_says_try_again(self, cast, monkeypatch):
        from django.db.utils import OperationalError

        def busy(viewer, **wanted):
            raise OperationalError("database is locked")

        monkeypatch.setattr("citybrain.base.accounts.queries.list_users_with_roles", busy)
        answer = cast.client("administrator").get("/api/v1/users")
        assert is_problem(answer, 503, "http.database_busy")
        assert answer["Retry-After"] == "1"

    @pytest.mark.parametrize("words", ["database or disk is full", "could not extend file: No space left on device"])
    def test_a_full_disk_says_make_room(self, cast, monkeypatch, words):
        from django.db.utils import OperationalError

        def full(viewer, **wanted):
            raise OperationalError(words)

        monkeypatch.setattr("citybrain.base.accounts.queries.list_users_with_roles", full)
        assert is_problem(cast.client("administrator").get("/api/v1/users"), 503, "http.disk_full")

    def test_back_pressure_says_when(self, cast, monkeypatch):
        def full(viewer, **wanted):
            raise TooMany("account.too_many", retry_after=2.2)

        monkeypatch.setattr("citybrain.base.accounts.queries.list_users_with_roles", full)
        assert cast.client("administrator").get("/api/v1/users")["Retry-After"] == "3"

    def test_outside_the_api_too(self, cast, monkeypatch):
        def breaks():
            raise Conflict("internal")

        monkeypatch.setattr("citybrain.site.http.health.examine", breaks)
        client = CityClient(raise_request_exception=False)
        assert is_problem(client.get("/health"), 500, "internal")


class TestLanguage:
    @pytest.mark.parametrize(
        ("header", "language"),
        [("", "zh"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("fr", "zh"),
         ("fr,en;q=0.5", "en"), ("en;q=0.1,zh;q=0.2", "zh"), ("en;q=x", "zh"), (";;;,,q=", "zh"), ("*", "zh"),
         ("en;q=0", "zh")],
    )  # fmt: skip
    def test_the_reader_is_answered_in_his_language(self, rf, header, language):
        assert language_of(rf.get("/", headers={"accept-language": header})) == language

    def test_chinese_unless_asked(self, cast):
        assert cast.anonymous().get(ROLES).json()["title"] == "尚未登录"
        answer = cast.anonymous().english().get(ROLES)
        assert answer.json()["title"] == "Not signed in"
        assert answer["Content-Language"] == "en"
        assert "Accept-Language" in answer["Vary"]


def test_where_a_field_stands():
    assert field_path(("body", "body", "readings", 3, "at")) == "readings[3].at"
    assert field_path(("body", "signals", 3, "at")) == "signals[3].at"
    assert field_path(("query", "limit")) == "limit"
    assert field_path(("body", "body")) == "body"


class TestHeaders:
    def test_every_answer_says_how_a_browser_must_treat_it(self, cast):
        anonymous = cast.anonymous()
        for answer in (cast.client("leader").get(ROLES), anonymous.get("/nothing"), anonymous.get("/health")):
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["Referrer-Policy"] == "same-origin"
            assert answer["Cache-Control"] == "no-store"
            assert "default-src 'none'" in answer["Content-Security-Policy"]

    def test_a_request_keeps_the_number_it_came_with(self, cast):
        client = cast.anonymous()
        assert client.get("/health", headers={"X-Request-ID": "gateway-00042"})["X-Request-ID"] == "gateway-00042"
        for wrong in ("short", "a b c d e f", "x" * 65, "<script>alert(1)"):
            assert client.get("/health", headers={"X-Request-ID": wrong})["X-Request-ID"] != wrong


class TestHealth:
    def test_it_looks_at_every_part(self, cast):
        body = cast.anonymous().get("/health").json()
        assert body["status"] == "ok"
        assert {"database", "disk", "jobs"} <= set(body["parts"])
        assert body["lag"]["bus"] == 0
        assert set(body["lag"].values()) == {0}
        assert body["parts"]["database"]["vendor"] == connection.vendor

    def test_what_is_behind_shows(self, cast):
        """A token was made a moment ago, and nobody has delivered the news yet."""
        cast.client("administrator").post(TOKENS, {"name": "x", "role": "citizen"})
        assert cast.anonymous().get("/health").json()["lag"]["bus"] > 0

    def test_the_parts_are_shown_to_operators_only(self, cast):
        outside = CityClient(REMOTE_ADDR="10.0.0.9")
        through_proxy = CityClient(headers={"X-Forwarded-For": "10.0.0.9"})
        assert "parts" not in outside.get("/health").json()
        assert "parts" not in through_proxy.get("/health").json()
        auditor = CityClient(REMOTE_ADDR="10.0.0.9")
        auditor.force_login(cast.user("auditor"))
        assert "parts" in auditor.get("/health").json()

    def test_a_process_that_is_gone_or_still_is_seen(self, cast, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        run = tmp_path / "run"
        run.mkdir()
        (run / "web.pid").write_text("1")
        (run / "sense.pid").write_text("4194300")
        (run / "work.heartbeat").touch()
        parts = cast.anonymous().get("/health").json()["parts"]
        assert parts["process web"]["well"] is True
        assert parts["process sense"]["well"] is False
        assert parts["process work"]["seconds_since_heartbeat"] < 5

    def test_a_web_worker_that_hangs_is_named_and_one_that_was_replaced_is_not(self, cast, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        run = tmp_path / "run"
        run.mkdir()
        moving, stuck, gone = (run / f"web-{pid}.heartbeat" for pid in (os.getpid(), os.getppid(), 4194300))
        for path in (moving, stuck, gone):
            path.touch()
        os.utime(stuck, (time.time() - 60,) * 2)
        answer = cast.anonymous().get("/health").json()
        workers = {name: part["well"] for name, part in answer["parts"].items() if name.startswith("process web-")}
        assert workers == {f"process {moving.stem}": True, f"process {stuck.stem}": False}
        assert answer["status"] == "failing"


class TestMetrics:
    def test_requests_are_counted_by_route_not_by_address(self, cast):
        client = cast.client("administrator")
        for pk in (1, 2, 3):
            client.get(f"/api/v1/users/{pk}")
        text = cast.anonymous().get("/metrics").content.decode()
        assert 'route="api/v1/users/<int:user_id>"' in text
        assert "api/v1/users/1" not in text
        assert 'citybrain_lag{part="bus"}' in text
        assert "citybrain_disk_free_bytes" in text

    def test_only_operators_read_them(self, cast):
        assert CityClient(REMOTE_ADDR="10.0.0.9").get("/metrics").status_code == 401
        handler = CityClient(REMOTE_ADDR="10.0.0.9", headers={"Authorization": f"Bearer {cast.secret('handler')}"})
        assert handler.get("/metrics").status_code == 403

    def test_an_app_declares_a_gauge_and_a_broken_one_hides_no_other(self, cast):
        def broken():
            raise RuntimeError

        states = {("open",): 3.0, ("closed",): 4.0}
        with only_gauges(
            Gauge("citybrain_cases", "Cases by state", ("state",), lambda: states),
            Gauge("citybrain_broken", "x", (), broken),
        ):
            text = cast.anonymous().get("/metrics").content.decode()
        assert 'citybrain_cases{state="open"} 3.0' in text
        assert "citybrain_broken" not in text

    def test_a_gauge_is_declared_once_and_well_named(self):
        with only_gauges():
            gauge("citybrain_x", "x")(lambda: 1.0)
            with pytest.raises(ValueError, match="twice"):
                gauge("citybrain_x", "x")(lambda: 1.0)
            with pytest.raises(ValueError, match="citybrain_words"):
                gauge("cases", "x")(lambda: 1.0)


def test_a_slow_query_is_logged_without_its_values(monkeypatch, caplog):
    ticks = iter([0.0, 0.25])
    monkeypatch.setattr("citybrain.site.http.middleware.time.perf_counter", lambda: next(ticks))

    log_slow_query(lambda *_: None, "SELECT * FROM t WHERE phone = %s", ["13800001234"], False, {})

    assert "250 ms" in caplog.text
    assert "phone = %s" in caplog.text
    assert "13800001234" not in caplog.text


class TestPages:
    def test_pages_follow_each_other_without_gap_or_repetition(self, cast):
        client, seen, after = cast.client("administrator"), [], ""
        while after is not None:
            page = client.get(f"/api/v1/users?limit=4{f'&after={after}' if after else ''}").json()
            assert len(page["items"]) <= 4
            seen += [user["username"] for user in page["items"]]
            after = page["next"]
        assert sorted(seen) == sorted(cast.names)

    @pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5"])
    def test_a_wrong_limit_is_refused(self, cast, limit):
        answer = cast.client("administrator").get(f"/api/v1/users?limit={limit}")
        assert is_problem(answer, 422, "input.invalid")
        assert answer.json()["errors"][0]["field"] == "limit"
