"""A backup of a city that is being written to, restored beside it: nothing acknowledged is missing, nothing doubled."""

from __future__ import annotations

import http.cookiejar
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.guarantees.maintenance.archive import Reader
from citybrain.site.broker import find_mosquitto
from tests.hubs.sensing.ingest import mqtt_sender
from tests.processes.city_platform import CityPlatform
from tests.processes.ground import CITYBRAIN, ROOT, until
from tests.processes.load import Load, check_cases, check_readings, check_reports, register_things
from tests.processes.test_readme import blocks

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="Linux")]
PHOTO = ROOT / "src/citybrain/lab/life"


@dataclass
class Story:
    """One city under load, the backup that was made meanwhile, and what had been acknowledged when it began."""

    city: CityPlatform
    load: Load
    file: Path
    said: str
    readings: dict[tuple[str, str], float]
    reports: set[str]
    upload: tuple[str, str]
    session: urllib.request.OpenerDirector
    restored: list[CityPlatform] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("backup")
    city = CityPlatform(folder, CITYBRAIN_BACKUPS=str(folder / "nightly"))
    city.prepare()
    city.start()
    register_things(city)
    until("tonight's backup is there", lambda: any((folder / "nightly").glob("nightly-*.tar")), within=40)
    session = sign_in(city)
    steward = city.command("token", "create", "--name", "photos", "--role", "steward").strip().splitlines()[-1]
    upload = send_photo(city, steward)
    load = Load(city, datetime.now(UTC).replace(microsecond=0) - timedelta(days=3))
    told: Story | None = None
    try:
        load.start()
        until("there is something to lose", lambda: len(load.readings) > 2000 and len(load.reports) > 20, within=30)
        os.kill(city.pid_of("sense"), signal.SIGKILL)  # it begins a new segment, and the old ones can go to the lake
        until(
            "some of it lies in the lake",
            lambda: any((city.data / "lake" / "readings").glob("_delta_log/*.json")),
            within=40,
        )
        readings, reports = dict(load.readings), set(load.reports)
        file = city.folder / "city.tar"
        said = city.command("backup", "--to", str(file))
        load.end()
        told = Story(city, load, file, said, readings, reports, upload, session)
        yield told
    finally:
        load.stop.set()
        for one in [city, *(told.restored if told else [])]:
            one.stop()


@pytest.fixture(scope="module")
def beside(story) -> CityPlatform:
    """The restored city, running on ports of its own beside the one that it was taken from."""
    folder = story.city.folder.parent / f"{story.city.folder.name}-restored"
    folder.mkdir()
    (folder / "no-folder").touch()
    city = CityPlatform(folder, CITYBRAIN_BACKUPS=str(folder / "no-folder" / "nightly"))
    city.token, city.password = story.city.token, story.city.password
    city.command("restore", str(story.file))
    city.start()
    story.restored.append(city)
    city.await_settled()
    return city


def sign_in(city: CityPlatform) -> urllib.request.OpenerDirector:
    """A browser in which the administrator has signed in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    base = f"http://127.0.0.1:{city.port}/api/v1/session"
    with browser.open(base) as answer:
        assert json.load(answer)["signed_in"] is False
    body = json.dumps({"username": "admin", "password": city.password}).encode()
    headers = {"Content-Type": "application/json", "X-CSRFToken": token_in(jar)}
    browser.open(urllib.request.Request(base, body, headers)).close()
    browser.addheaders = [("X-CSRFToken", token_in(jar))]
    return browser


def token_in(jar: http.cookiejar.CookieJar) -> str:
    return next(str(cookie.value) for cookie in jar if cookie.name == "csrftoken")


def is_signed_in(browser: urllib.request.OpenerDirector, city: CityPlatform) -> bool:
    with browser.open(f"http://127.0.0.1:{city.port}/api/v1/session") as answer:
        return bool(json.load(answer)["signed_in"])


def send_photo(city: CityPlatform, token: str) -> tuple[str, str]:
    """Upload a picture; the token that may see it, and its key."""
    picture = next(PHOTO.glob("*.png")).read_bytes()
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    request = urllib.request.Request(
        f"http://127.0.0.1:{city.port}/api/v1/files", head.encode() + picture + b"\r\n--b--\r\n",
        {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=b"},
    )  # fmt: skip
    with urllib.request.urlopen(request) as answer:
        return token, str(json.load(answer)["key"])


def see_photo(city: CityPlatform, token: str, key: str) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{city.port}/api/v1/files/{key}/content", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())


def test_a_backup_says_that_it_holds_keys_and_is_read_by_its_owner_only(story):
    assert "HOLDS THE KEYS" in story.said
    assert story.file.stat().st_mode & 0o777 == 0o600
    assert not list(story.file.parent.glob("*.part")) + list(story.file.parent.glob("*.database"))


def test_nothing_acknowledged_before_the_backup_is_missing_and_nothing_is_doubled(story, beside):
    found = check_readings(beside, story.load.began, story.readings)
    assert set(found) <= {(thing, at, value) for (thing, at), value in story.load.readings.items()}
    check_reports(beside, story.reports)
    check_cases(beside)


def test_the_restored_city_goes_on(story, beside):
    """Its token still sends, readings find their thing, an alarm opens a case, and the same again is a repetition."""
    before = {row["number"] for row in beside.pages("/api/v1/cases")}
    at = f"{story.load.began + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    reading = {"thing": "air-01", "property": "so2", "at": at, "value": 601.0}
    assert beside.insist("POST", "/observations", [reading], sense=True)["duplicates"] == 0
    assert beside.insist("POST", "/observations", [reading], sense=True)["duplicates"] == 1
    (thing, old_at), value = next(iter(story.readings.items()))
    old = {"thing": thing, "property": "so2", "at": old_at, "value": value}
    assert beside.insist("POST", "/observations", [old], sense=True)["duplicates"] == 1

    report = {
        "kind": "hotline", "source": "after", "source_id": "1", "text": "路灯不亮", "lon": 116.45, "lat": 39.95,
        "case_type": "urban.facilities.street_light", "occurred_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }  # fmt: skip
    assert beside.insist("POST", "/api/v1/signals", [report])["rejected"] == []
    beside.await_settled()
    assert {row["number"] for row in beside.pages("/api/v1/cases")} > before
    assert see_photo(beside, *story.upload) == see_photo(story.city, *story.upload) != b""


def test_every_line_of_the_journal_has_been_taken_in_once(beside):
    told = [json.loads(line) for path in (beside.data / "journal").glob("*.jsonl") for line in path.open()]
    with sqlite3.connect(beside.data / "city.sqlite3") as database:
        alarms = {row[0] for row in database.execute("SELECT id FROM alarms_alarm")}
        lines = [row[0] for row in database.execute("SELECT seq FROM alarms_alarmtransition")]
    database.close()
    assert {line["alarm"] for line in told} == alarms
    assert len(alarms) >= 8
    assert len(set(lines)) == len(lines)
    assert [line["seq"] for line in told] == list(range(1, len(told) + 1))


def test_the_lake_agrees_with_the_database(beside):
    """Facts go on from where the outbox had been read to: each event is there once, none is missing."""
    with sqlite3.connect(beside.data / "city.sqlite3") as database:
        published = database.execute("SELECT count(*) FROM bus_event").fetchone()[0]
    database.close()
    beside.command("lake", "project")
    told = beside.command("lake", "sql", "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM events")
    rows, ids = map(int, told.splitlines()[-1].split(","))
    assert rows == ids >= published > 20
    assert ", 0 differ" in beside.command("lake", "reconcile")


def test_the_nightly_backup_is_seen_and_a_failed_one_too(story, beside):
    part = story.city.call("GET", "/health")["parts"]["backup"]
    assert (part["well"], part["nightly"], part["error"]) == (True, "on", "")
    assert part["bytes"] > 100_000
    assert "ok    backup: newest in" in story.city.command("doctor", "--port", str(story.city.port))

    browser, jobs = sign_in(beside), f"http://127.0.0.1:{beside.port}/api/v1/jobs"
    browser.open(f"{jobs}/maintenance.backup/run", data=b"").close()

    def failed() -> set[str]:
        with browser.open(f"{jobs}/runs?state=failed") as answer:
            return {run["name"] for run in json.load(answer)["items"]}

    until("the failure is in the list", lambda: "maintenance.backup" in failed())
    part = beside.call("GET", "/health")["parts"]["backup"]
    assert (part["well"], part["succeeded_at"]) == (False, None)
    assert "Not a directory" in part["error"]


def test_its_audit_chain_goes_on_and_tells_of_the_restore(beside):
    until("the restore is sealed", lambda: ", 0 not yet sealed" in beside.command("audit", "verify"))
    assert "intact" in beside.command("audit", "verify")
    exported = beside.folder / "audit.jsonl"
    beside.command("audit", "export", str(exported))
    assert '"action":"city.restored"' in exported.read_text(encoding="utf-8")


def test_web_sessions_end_with_a_restore_and_go_on_in_the_city_itself(story, beside):
    assert is_signed_in(story.session, story.city)
    assert not is_signed_in(story.session, beside)


def test_the_commands_of_the_guide(story, tmp_path):
    """A backup of the running city, found sound, restored: as the guide says it."""
    (commands,) = blocks(ROOT / "docs" / "operations.md", "Backups")
    done = subprocess.run(
        ["bash", "-e", "-c", commands], capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**environment(), "CITYBRAIN_DATA": str(story.city.data),
             "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "nothing is wrong with it" in done.stdout
    assert "citybrain up --data" in done.stdout
    assert (tmp_path / "city-again" / "city.sqlite3").exists()


KINDS = {
    "the database": "city.sqlite3.zst",
    "a hot segment": "hot/segment-",
    "the checkpoint": "hot/checkpoint.npz",
    "the journal": "journal/alarms-",
    "a file of the lake": ".parquet",
    "the log of the lake": "lake/readings/_delta_log/",
    "an upload": "files/",
    "a key": "master.key",
    "a snapshot": "snapshot/things.json",
    "the manifest": "manifest.json",
    "the digest of the manifest": "manifest.sha256",
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_damaged_byte_is_found_in_its_member(story, tmp_path, kind):
    member = flip(story.file, tmp_path / "damaged.tar", KINDS[kind])
    name = member.removesuffix(".zst")
    told = complaints(tmp_path / "damaged.tar")
    assert len(told) == 1
    assert name in told[0]
    assert "damaged" in told[0]


def complaints(file: Path) -> list[str]:
    """What is said of a backup before anything is unpacked."""
    try:
        with Reader(file) as reader:
            return [f"{wrong.where} {wrong.what}" for wrong in reader.check()]
    except CityError as refusal:
        return [str(refusal)]


def flip(source: Path, target: Path, wanted: str) -> str:
    """A copy of a backup with one bit changed in the middle of the first member that is wanted; its name."""
    shutil.copyfile(source, target)
    with tarfile.open(source) as tar:
        info = next(one for one in tar if wanted in one.name and one.size)
    with target.open("r+b") as file:
        place = info.offset_data + info.size // 2
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 0x10]))
    return info.name


def test_a_damaged_backup_is_refused_and_leaves_nothing(story, tmp_path):
    flip(story.file, tmp_path / "damaged.tar", "hot/checkpoint.npz")
    done = citybrain("restore", str(tmp_path / "damaged.tar"), "--data", str(tmp_path / "new"))
    assert (done.returncode, "hot/checkpoint.npz is damaged" in done.stderr) == (2, True), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["damaged.tar"]

    done = citybrain("backup", "verify", str(tmp_path / "damaged.tar"))
    assert (done.returncode, "WRONG hot/checkpoint.npz: is damaged" in done.stdout) == (1, True), done.stdout


def test_a_restore_that_is_killed_leaves_no_city_and_can_be_done_again(story, tmp_path):
    target = tmp_path / "new"
    process = subprocess.Popen([*CITYBRAIN, "restore", str(story.file), "--data", str(target)], env=environment())
    until("it is in the middle", lambda: (tmp_path / ".new.restoring" / "city.sqlite3").exists())
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert not target.exists()

    done = citybrain("restore", str(story.file), "--data", str(target))
    assert done.returncode == 0, done.stderr
    assert (target / "city.sqlite3").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_forged_audit_record_is_found_in_a_backup_that_is_otherwise_whole(story, tmp_path):
    data = tmp_path / "forged"
    citybrain("restore", str(story.file), "--data", str(data))
    with sqlite3.connect(data / "city.sqlite3") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE audit_record SET actor_label = 'somebody else' WHERE id = 2")
    database.close()
    citybrain("backup", "--to", str(tmp_path / "forged.tar"), "--data", str(data))
    done = citybrain("backup", "verify", str(tmp_path / "forged.tar"))
    assert (done.returncode, done.stdout.count("WRONG")) == (1, 1), done.stdout
    assert "WRONG city.sqlite3: audit chain broken: record_changed at block" in done.stdout
    assert "record 2" in done.stdout


def test_a_backup_without_keys_needs_them(story, tmp_path):
    said = story.city.command("backup", "--without-keys", "--to", str(tmp_path))
    assert "holds no keys" in said
    (file,) = tmp_path.glob("city-*-without-keys.tar")
    with tarfile.open(file) as tar:
        assert not [name for name in tar.getnames() if name.removesuffix(".zst").endswith((".key", "mqtt.password"))]

    done = citybrain("restore", str(file), "--data", str(tmp_path / "new"))
    assert (done.returncode, "holds no keys" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "new").exists()
    done = citybrain("restore", str(file), "--data", str(tmp_path / "new"), "--keys", str(story.city.data))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new" / "master.key").read_bytes() == (story.city.data / "master.key").read_bytes()


def citybrain(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CITYBRAIN, *arguments], capture_output=True, text=True, env=environment(), timeout=120)


def environment() -> dict[str, str]:
    return {**os.environ, "LANG": "C.UTF-8"}


@pytest.mark.skipif(find_mosquitto() is None, reason="Mosquitto is not installed")
def test_a_message_that_waits_in_the_broker_is_in_the_backup(story, beside, tmp_path):
    """The broker has acknowledged it and `sense`, which stands still, has not taken it: the restored city takes it."""
    user, password = (beside.data / "mqtt.password").read_text().strip().split(":", 1)
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    sense = beside.pid_of("sense")
    os.kill(sense, signal.SIGSTOP)
    try:
        payload = json.dumps({"property": "so2", "at": at, "value": 77.0}).encode()
        mqtt_sender.send(beside.port + 3, user, password, "things/air-02/observations", [payload])
        beside.command("backup", "--to", str(tmp_path / "city.tar"))
    finally:
        os.kill(sense, signal.SIGCONT)
    third = CityPlatform(tmp_path)
    third.token = beside.token
    third.command("restore", str(tmp_path / "city.tar"))
    third.start()
    story.restored.append(third)

    def taken() -> bool:
        rows = third.pages(f"/api/v1/telemetry?thing=air-02&property=so2&from={at}&to={at[:-1]}.5Z")
        return [row["value"] for row in rows] == [77.0]

    until("the message has arrived", taken)
    assert taken(), "and it stays there once"
    third.stop()
