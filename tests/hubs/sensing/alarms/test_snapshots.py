"""What `sense` may know, as files that follow every change within a second."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future

import pytest

from citybrain.base import bus
from citybrain.base.accounts.models import Token, User
from citybrain.base.clock import wall_now
from citybrain.hubs.sensing.alarms import snapshots
from citybrain.hubs.sensing.alarms.models import AlarmRule
from citybrain.hubs.sensing.alarms.snapshots import Publisher, publish_snapshot, waiting_snapshots, want_snapshot
from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.snapshot import SHAPES, SnapshotFile
from citybrain.hubs.sensing.things.models import Stream, Thing
from tests.hubs.sensing.alarms.conftest import register

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "snapshot"


def read(folder, name):
    """As `sense` reads it."""
    content = SnapshotFile(folder, name).read()
    assert isinstance(content, SHAPES[name])
    return content


def follow(folder):
    """Messages are delivered, then what is out of date is written: as `work` does."""
    bus.drain(30)
    return publish_snapshot(folder=folder)


def test_sense_can_read_what_is_published(folder, thing):
    assert publish_snapshot(force=True, folder=folder) == ["tokens", "things", "rules"]

    things = read(folder, "things")
    assert things.things == [(thing.pk, "air-1", "test.station", thing.region_path, "/gov/eco/")]
    streams = Stream.objects.order_by("pk").values_list("pk", "thing_id", "property")
    assert things.streams == list(streams)
    catalogue = Catalogue(things)
    assert catalogue.find("air-1", "pm25") == streams[0][0]
    assert catalogue.find("air-1", "nothing") == 0

    rules = {rule.key: rule for rule in read(folder, "rules").rules}
    assert (rules["test.high"].op, rules["test.high"].raise_at, rules["test.high"].clear_at) == ("gt", 150, 115)
    assert (rules["test.silent"].kind, rules["test.silent"].after_seconds) == ("silence", 3600)
    assert rules["test.high"].id == AlarmRule.objects.get(key="test.high").pk


def test_tokens_carry_their_reach(folder, cast, rules):
    publish_snapshot(force=True, folder=folder)
    tokens = {token.id: token for token in read(folder, "tokens").tokens}
    integrator, handler = cast.token("integrator"), cast.token("handler")
    assert tokens[integrator.pk].hash == integrator.hash
    assert tokens[integrator.pk].mode == "history"
    assert tokens[integrator.pk].condition is not None
    assert handler.pk not in tokens, "a handler may not send readings"


def test_nothing_is_written_when_nothing_changed(folder, thing):
    publish_snapshot(force=True, folder=folder)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    follow(folder)
    assert publish_snapshot(force=True, folder=folder) == []
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_each_change_renews_its_file_only_and_versions_grow(folder, thing, cast):
    publish_snapshot(force=True, folder=folder)
    follow(folder)
    versions = {name: read(folder, name).version for name in SHAPES}

    register(cast, "air-2", 112.3)
    assert follow(folder) == ["things"]
    assert read(folder, "things").version > versions["things"]

    cast.client("administrator").post("/api/v1/alarms/rules/test.high/disable", {})
    assert follow(folder) == ["rules"]
    assert [rule.key for rule in read(folder, "rules").rules] == ["test.silent"]
    assert waiting_snapshots() == 0


def test_a_retired_thing_leaves_the_snapshot_and_its_streams_are_not_given_again(folder, thing, cast):
    used = set(Stream.objects.values_list("pk", flat=True))
    cast.client("steward").post("/api/v1/things/air-1/retire", {})
    follow(folder)
    assert read(folder, "things").things == []

    register(cast, "air-2", 112.3)
    follow(folder)
    assert not used & {stream for stream, _, _ in read(folder, "things").streams}


def test_revocation_reaches_the_file(folder, cast, rules):
    publish_snapshot(force=True, folder=folder)
    token = cast.token("integrator")
    assert token.pk in {one.id for one in read(folder, "tokens").tokens}
    response = cast.client("administrator").delete(f"/api/v1/tokens/{token.pk}")
    assert response.status_code in (200, 204), response.content
    assert "tokens" in follow(folder)
    assert token.pk not in {one.id for one in read(folder, "tokens").tokens}


def test_a_token_whose_owner_lost_the_duty_is_not_there(folder, cast, rules):
    User.objects.filter(username="integrator").update(is_active=False)
    publish_snapshot(force=True, folder=folder)
    assert cast.token("integrator").pk not in {one.id for one in read(folder, "tokens").tokens}
    assert Token.objects.filter(pk=cast.token("integrator").pk).exists()


def test_a_file_that_was_damaged_or_deleted_is_written_again(folder, thing):
    publish_snapshot(force=True, folder=folder)
    (folder / "things.json").write_text("{")
    (folder / "rules.json").unlink()
    assert publish_snapshot(force=True, folder=folder) == ["things", "rules"]
    assert len(read(folder, "things").things) == 1


def test_odd_names_are_written_as_json(folder, thing):
    Thing.objects.update(organisation_path='/gov/"quoted"\\/')
    publish_snapshot(force=True, folder=folder)
    assert json.loads((folder / "things.json").read_bytes())["things"][0][4] == '/gov/"quoted"\\/'


def test_ten_thousand_things_are_published_quickly(folder, rules, cast):
    rows = [{"code": f"t-{n}", "model": "test.station", "lon": 112.05, "lat": 32.05} for n in range(10_000)]
    cast.token_client("integrator").post("/api/v1/things", rows)
    began = time.perf_counter()
    publish_snapshot(force=True, folder=folder)
    took = time.perf_counter() - began
    assert len(read(folder, "things").streams) == 30_000
    assert took < 2, f"{took:.2f} s"


def test_the_loop_writes_at_the_start_and_after_each_change(folder, thing, settings, monkeypatch):
    """The thread is replaced by a call: it would not see what this test has not committed."""
    settings.DATA_DIR = folder.parent

    class AtOnce:
        def submit(self, work):
            done = Future()
            done.set_result(work())
            return done

    publisher = Publisher()
    publisher._thread = AtOnce()
    moment = [0.0]
    monkeypatch.setattr(snapshots.clock, "monotonic", lambda: moment[0])

    def turn():
        publisher.step()
        return publisher.step()

    assert turn() is True
    assert {path.name for path in folder.iterdir()} == {"tokens.json", "things.json", "rules.json"}
    assert turn() is False, "nothing is out of date"

    want_snapshot("rules")
    AlarmRule.objects.filter(key="test.high").update(raise_at=175)
    moment[0] += 1.5
    assert turn() is True
    assert read(folder, "rules").rules[0].raise_at == 175

    Token.objects.filter(name="token of integrator").update(revoked_at=wall_now())
    moment[0] += 6
    assert turn() is True, "tokens are looked at again every few seconds, whoever ended them"
