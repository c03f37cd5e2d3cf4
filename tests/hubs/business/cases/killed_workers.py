"""Workers that are killed in the middle of acting on cases: run by `test_killed.py` as a process of its own.

    python -m tests.hubs.business.cases.killed_workers DATA KILLS SEED

Makes a city in the data directory DATA, then KILLS times: forks workers that open and move cases as fast as they can,
noting each act in a log once it has returned, and kills them at a random moment. Prints one JSON object: what the log
says was done, and every way in which a case is half-changed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

WORKERS = 2
LONGEST_SECONDS, LONGEST_START = 0.3, 10.0


def prepare(data: Path) -> None:
    os.environ["CITYBRAIN_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "citybrain.site.settings"
    from citybrain.site.start import set_up

    set_up(data)
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    from tests.cast import Cast
    from tests.hubs.business.cases.stage import LAMPS, declare

    Cast()
    declare(LAMPS)
    connections.close_all()


def work(log: Path, seed: int) -> None:
    """Open cases and take any step that is possible, for ever."""
    from citybrain.base.accounts import system_viewer
    from citybrain.base.audit import SYSTEM
    from citybrain.base.errors import CityError
    from citybrain.hubs.business.cases.actions import open_case, perform
    from citybrain.hubs.business.cases.models import Case
    from citybrain.hubs.business.cases.queries import catalogue

    dice, viewer = random.Random(seed), system_viewer()
    fields = {"reason": "理由", "note": "备注", "summary": "总结", "organisation": "eco",
              "duration": {"amount": 1, "unit": "hours"}, "evidence": ["f" * 32]}  # fmt: skip
    with log.open("a", encoding="utf-8") as done:
        while True:
            numbers = list(Case.objects.order_by("-pk").values_list("number", flat=True)[:10])
            if len(numbers) < 4 or dice.random() < 0.2:
                case = open_case(actor=SYSTEM, case_type="city.lamp", title="路灯", source="signal")
                act = "open"
            else:
                case = Case.objects.select_related("organisation").get(number=dice.choice(numbers))
                steps = list(catalogue().loop(case.loop_id).definition.steps_from(case.state))
                step = dice.choice([one for one in steps if not one.automatic])
                try:
                    perform(case, step.key, actor=viewer, **{need: fields[need] for need in step.needs})
                except CityError:
                    continue
                act = step.key
            done.write(f"{case.number} {case.revision} {act}\n")
            done.flush()


def fork_and_kill(log: Path, dice: random.Random) -> None:
    workers = []
    for _ in range(WORKERS):
        pid = os.fork()
        if pid == 0:
            work(log, dice.randrange(2**31) ^ os.getpid())
            os._exit(1)
        workers.append(pid)
    begun, given_up = log.stat().st_size, time.monotonic() + LONGEST_START
    while log.stat().st_size == begun and time.monotonic() < given_up:
        time.sleep(0.005)  # a busy machine forks slowly: nobody is killed before somebody has acted
    time.sleep(dice.uniform(0.0, LONGEST_SECONDS))
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    for pid in workers:
        os.waitpid(pid, 0)


def examine(log: Path) -> dict[str, Any]:
    """What is wrong with the cases as they stand, and with what was promised."""
    from citybrain.base.audit.models import Record
    from citybrain.base.bus.models import OutboxEvent
    from citybrain.hubs.business.cases.models import Assignment, Case, ClockRun, TimelineEntry
    from citybrain.hubs.business.cases.queries import catalogue

    wrong: list[str] = []
    for case in Case.objects.all():
        state = catalogue().loop(case.loop_id).definition.state_by_key[case.state]
        lines = list(TimelineEntry.objects.filter(case=case).order_by("pk"))
        events = list(OutboxEvent.objects.filter(subject=case.subject).order_by("position"))
        last = json.loads(events[-1].data)
        facts = {
            "the timeline and the bus tell the same": [line.event for line in lines if line.event]
            == [event.id for event in events],
            "the last event shows the state": (last["state"], last["stage"]) == (case.state, case.stage),
            "the audit trail has every act": Record.objects.filter(object_key=case.number).count()
            == sum(
                not (event.actor.startswith("system:dispatch") and event.type != "case.dispatched") for event in events
            )
            + sum(line.key == "case.extension_lapsed" for line in lines),
            "the holder has the one open task": Assignment.objects.filter(case=case, role="lead", until=None).count()
            == int(case.organisation_id is not None and state.kind != "ended"),
            "an ended case has no running clock": state.kind != "ended"
            or not ClockRun.objects.filter(case=case, stopped_at=None).exists(),
            "the running clock is that of the state": set(
                ClockRun.objects.filter(case=case, extent="step", stopped_at=None).values_list("state", flat=True)
            )
            <= {case.state},
        }
        wrong += [f"{case.number}: not {fact}" for fact, holds in facts.items() if not holds]
    promised = Counter(line.split()[0] for line in log.read_text(encoding="utf-8").splitlines() if line.count(" ") == 2)
    kept = dict(Case.objects.values_list("number", "revision"))
    for number, acts in promised.items():
        if kept.get(number, -1) + 1 < acts:
            wrong.append(f"{number}: {acts} acts returned, {kept.get(number)} steps are there")
    return {"acts": promised.total(), "cases": len(kept), "wrong": wrong}


def main(data: Path, kills: int, seed: int) -> None:
    prepare(data)
    log, dice = data / "done.log", random.Random(seed)
    log.touch()
    for _ in range(kills):
        fork_and_kill(log, dice)
    print(json.dumps(examine(log), ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
