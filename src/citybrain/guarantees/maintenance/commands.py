"""citybrain backup [verify FILE] and citybrain restore FILE: a copy of a running city, proved, and back again."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    backup = words.add_parser("backup", help="write a backup of the running city to one file, or verify one")
    backup.add_argument("--to", type=Path, metavar="FILE|DIR", help="default: DIR/backups under a name of its own")
    backup.add_argument("--without-keys", action="store_true",
                        help="leave the keys out: such a backup can only be restored beside them")  # fmt: skip
    backup.set_defaults(run=run_backup)
    verbs = backup.add_subparsers(dest="verb", metavar="verify")
    check = verbs.add_parser("verify", help="read a backup whole and say what is wrong with it")
    check.add_argument("file", type=Path)
    check.set_defaults(run=run_verify)

    restore = words.add_parser("restore", help="make the city of a backup in an empty folder")
    restore.add_argument("file", type=Path)
    restore.add_argument("--keys", type=Path, metavar="DIR", help="where the keys lie, for a backup without them")
    restore.add_argument("--port", type=int, default=os.environ.get("CITYBRAIN_PORT", "8000"),
                         help="the port on which it is to be started")  # fmt: skip
    restore.set_defaults(run=run_restore)


def run_backup(options: argparse.Namespace) -> int:
    from citybrain.base.audit import system_actor
    from citybrain.guarantees.maintenance.actions import make_backup, make_private, mebibytes

    target = options.to or make_private(options.data / "backups")
    made = make_backup(options.data, target, actor=system_actor("backup"), with_keys=not options.without_keys)
    print(f"{made.path}: {mebibytes(made.size)} MiB, {made.members} members, read back whole, {made.seconds:.1f} s "
          f"(writers waited for {made.standing_milliseconds:.0f} ms)")  # fmt: skip
    for note in made.notes:
        print(f"note: {note}")
    if made.with_keys:
        print("It HOLDS THE KEYS of the city: who has this file can read everything in it. Keep it like the keys.")
    else:
        print("It holds no keys: it can only be restored with --keys, where master.key, sign.key and secret.key lie.")
    return 0


def run_verify(options: argparse.Namespace) -> int:
    from citybrain.guarantees.maintenance.archive import Reader
    from citybrain.guarantees.maintenance.examining import about, examine

    with Reader(options.file) as reader:
        for what, found in about(reader).items():
            print(f"{what}: {found}")
        for note in reader.manifest["notes"]:
            print(f"note: {note}")
        wrong = 0
        for one in examine(reader, options.data):
            wrong += 1
            print(f"WRONG {one.where}: {one.what}")
    print(f"{options.file}: {'nothing is wrong with it' if not wrong else f'{wrong} things are wrong with it'}")
    return 1 if wrong else 0


def run_restore(options: argparse.Namespace) -> int:
    from citybrain.base.audit import system_actor
    from citybrain.guarantees.maintenance.restoring import restore

    target = options.target.resolve()
    done = restore(options.file.resolve(), target, actor=system_actor("restore"), keys=options.keys, say=print)
    print(f"{done.data}: the city as it was at {done.made_at}, city time {done.city_time:%Y-%m-%d %H:%M:%S} UTC; "
          f"{done.sessions_ended} web sessions ended, tokens go on")  # fmt: skip
    print(f"start it: citybrain up --data {done.data} --port {options.port}")
    return 0
