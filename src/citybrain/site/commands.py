"""The commands of the house itself: up, migrate, doctor."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from citybrain.site.ports import FIRST, find_port

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    up = words.add_parser("up", help="start the platform on DIR and watch it until it is told to stop")
    up.add_argument("--port", type=int, default=os.environ.get("CITYBRAIN_PORT", FIRST),
                    help=f"web; +1 readings, +2 live events, +3 MQTT (default {FIRST})")  # fmt: skip
    up.add_argument("--empty", action="store_true", help="start an empty directory without a demo city")
    up.add_argument("--no-life", action="store_true", help="start the demo city without its simulated life")
    up.add_argument("--speed", type=float, metavar="N", help="the demo city's clock runs N times as fast (1 to 500)")
    up.add_argument("--workers", type=int, default=2, help="web workers (default 2)")
    up.set_defaults(run=run_up)

    migrate = words.add_parser("migrate", help="bring the database to this version and load the packs")
    migrate.set_defaults(run=run_migrate)

    doctor = words.add_parser("doctor", help="look at everything that can be wrong, and say what to do")
    doctor.add_argument("--port", type=int, default=os.environ.get("CITYBRAIN_PORT"), help="(as last started)")
    doctor.set_defaults(run=run_doctor)


def run_up(options: argparse.Namespace) -> int:
    from citybrain.site.up import run

    return run(
        options.data, options.port, workers=options.workers, without_demo=options.empty, lives=not options.no_life,
        speed=options.speed,
    )  # fmt: skip


def run_migrate(options: argparse.Namespace) -> int:
    from citybrain.site.up import migrate, tell_password

    tell_password(migrate(say=print))
    return 0


def run_doctor(options: argparse.Namespace) -> int:
    from citybrain.site.doctor import examine

    return examine(options.data, options.port or find_port(options.data))
