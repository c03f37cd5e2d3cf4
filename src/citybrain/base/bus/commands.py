"""citybrain bus status|dead|retry: what is behind, what could not be handled, and attempting it again."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from citybrain.base.audit import system_actor
from citybrain.base.bus import actions
from citybrain.base.bus.delivery import lag
from citybrain.base.bus.models import Failure
from citybrain.base.bus.queries import failure_counts
from citybrain.base.bus.registry import subscriptions
from citybrain.base.errors import NotFound

if TYPE_CHECKING:
    Words = argparse._SubParsersAction[argparse.ArgumentParser]

OPERATOR = system_actor("command-line")


def register(words: Words) -> None:
    bus = words.add_parser("bus", help="what is behind, dead letters, and attempting them again")
    verbs = bus.add_subparsers(dest="verb", required=True, metavar="status|dead|retry")
    verbs.add_parser("status", help="events to deliver, and failures by subscription").set_defaults(run=run_status)
    dead = verbs.add_parser("dead", help="list dead letters, the newest first")
    dead.add_argument("--limit", type=int, default=50)
    dead.set_defaults(run=run_dead)
    retry = verbs.add_parser("retry", help="attempt dead letters again")
    retry.add_argument("numbers", type=int, nargs="*", help="those that `dead` lists; none = all")
    retry.add_argument("--subscription", help="only those of one subscription")
    retry.set_defaults(run=run_retry)


def run_status(options: argparse.Namespace) -> int:
    counts = failure_counts()
    print(f"to deliver: {lag()}")
    for one in subscriptions():
        waiting, dead = (int(counts.get((one.name, state), 0)) for state in ("waiting", "dead"))
        print(f"{one.name}: {waiting} waiting, {dead} dead ({', '.join(one.patterns)})")
    return 0


def run_dead(options: argparse.Namespace) -> int:
    rows = Failure.objects.filter(state=Failure.State.DEAD).select_related("event").order_by("-id")
    for row in rows[: options.limit]:
        print(
            f"{row.pk} {row.subscription} {row.event.type} {row.subject} {row.last_at:%Y-%m-%d %H:%M:%S}  {row.error}"
        )
    return 0


def run_retry(options: argparse.Namespace) -> int:
    if not options.numbers:
        dead = Failure.objects.filter(state=Failure.State.DEAD)
        if options.subscription:
            dead = dead.filter(subscription=options.subscription)
        print(f"retried {actions.retry_all_dead(dead, actor=OPERATOR)}")
        return 0
    for number in options.numbers:
        row = Failure.objects.filter(pk=number).first()
        if row is None:
            raise NotFound("bus.no_failure", number=number)
        actions.retry_dead(row, actor=OPERATOR)
    print(f"retried {len(options.numbers)}")
    return 0
