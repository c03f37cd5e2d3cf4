"""`citybrain city new`: a fictional city with everything in it."""

from __future__ import annotations

import argparse
import time
from typing import Any

from citybrain.base.errors import BadInput
from citybrain.base.places.commands import city_words
from citybrain.lab.city.plan import FEWEST, MOST, PEOPLE


def register(words: Any) -> None:
    new = city_words(words).add_parser(
        "new",
        help="make 汉江市: a fictional, simulated city with organisations, staff and devices",
        description="Make 汉江市 in an empty data directory: a river, roads, 2,400 grids, buildings, organisations with"
        " their staff, and devices. Nothing in it is real, and every page says so. The same seed makes the same city.",
    )
    new.add_argument("--seed", type=int, default=1, help="which of the possible cities (default 1)")
    new.add_argument("--people", type=int, default=PEOPLE, metavar="N", help=f"inhabitants (default {PEOPLE:,})")
    new.set_defaults(run=run_new)


def run_new(options: argparse.Namespace) -> int:
    from citybrain.lab.city.actions import make_city, prepare

    if not FEWEST <= options.people <= MOST or options.seed < 0:
        raise BadInput("lab.people", fewest=f"{FEWEST:,}", most=f"{MOST:,}")
    began = time.monotonic()
    prepare(options.data)
    make_city(options.data, seed=options.seed, people=options.people, say=print)
    print(f"汉江市 is made, and everything in it is simulated ({time.monotonic() - began:.1f} s)")
    print(f"`citybrain up --data {options.data}` lives its last fourteen days and starts it")
    return 0
