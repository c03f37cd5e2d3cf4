"""The devices of the city: three thousand things of the packs' models, each where such a device would stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from citybrain.lab.city.addresses import Address
from citybrain.lab.city.roads import Road, along
from citybrain.lab.city.shape import Floats

Rng = np.random.Generator
SHARES = {
    "environment.air_station": 20, "traffic.road_detector": 110, "drainage.pipe_gauge": 250,
    "drainage.ponding_gauge": 60, "drainage.river_gauge": 8, "drainage.rain_gauge": 15, "drainage.manhole_cover": 820,
    "lighting.lamp_controller": 1050, "fire.smoke_detector": 607, "crowd.counter": 60,
}  # fmt: skip
"""How many of each there are among 3,000."""
OWNERS = {
    "environment": "eco", "traffic": "transport", "drainage": "drainage", "lighting": "lighting", "fire": "fire",
    "crowd": "police",
}  # fmt: skip
BUSY = (
    "人民广场",
    "老城步行街",
    "汉江大桥桥头",
    "火车站前广场",
    "万象商城",
    "体育中心",
    "江滩夜市",
    "文庙",
    "客运中心",
    "会展中心",
    "大学城食街",
    "菜篮子市场",
)


@dataclass(frozen=True)
class Device:
    """One thing: code, model, name, point in metres, and what tells it from its sisters (0 to 1, fixed for life)."""

    code: str
    model: str
    name: str
    x: float
    y: float
    nature: float
    address: str = ""

    @property
    def organisation(self) -> str:
        return OWNERS[self.model.partition(".")[0]]


@dataclass(frozen=True)
class Ground:
    """What devices stand on."""

    roads: Sequence[Road]
    river: tuple[Floats, Floats]
    addresses: Sequence[Address]
    crossings: Sequence[tuple[str, str, float, float]]
    city: Any


def _within(city: Any, x: float, y: float) -> tuple[float, float]:
    """The point, or the first towards the middle that lies in the city: a road along the edge is half outside."""
    while not shapely.contains_xy(city, x, y):
        x, y = x * 0.995, y * 0.995
    return round(x, 2), round(y, 2)


def make_devices(ground: Ground, rng: Rng, count: int) -> list[Device]:
    """About `count` devices in the shares of a real city, at least one of each kind."""
    made: list[Device] = []
    city = ground.city.buffer(-2.0)
    shapely.prepare(city)
    for model, share in SHARES.items():
        number = max(1, round(share * count / 3_000))
        places = PLACES[model](ground, rng, number)
        word = model.replace(".", "-").replace("_", "-")
        for index, (name, x, y, address) in enumerate(places):
            code = f"{word}-{index + 1:04d}"
            made.append(Device(code, model, name, *_within(city, x, y), round(float(rng.random()), 6), address))
    return made


Place = tuple[str, float, float, str]


def _on_roads(classes: Sequence[str], label: str) -> Any:
    """Spread evenly along the roads of these classes, each a little to one side."""

    def places(ground: Ground, rng: Rng, number: int) -> list[Place]:
        roads = [road for road in ground.roads if road.road_class in classes]
        lengths = np.array([road.length_m for road in roads])
        marks = (np.arange(number) + rng.random(number)) * lengths.sum() / number
        ends = lengths.cumsum()
        found, counts = [], dict[str, int]()
        for mark in marks.tolist():
            which = min(int(np.searchsorted(ends, mark)), len(roads) - 1)
            road = roads[which]
            x, y = along(road, np.array([mark - (ends[which] - lengths[which])]))
            counts[road.name] = counts.get(road.name, 0) + 1
            name = f"{road.name}{counts[road.name]}号{label}"
            found.append((name, float(x[0]) + rng.normal(0, 4), float(y[0]) + rng.normal(0, 4), road.name))
        return found

    return places


def _at_crossings(label: str) -> Any:
    def places(ground: Ground, rng: Rng, number: int) -> list[Place]:
        chosen = [
            ground.crossings[i % len(ground.crossings)] for i in rng.permutation(max(number, len(ground.crossings)))
        ]
        return [
            (f"{a}{b}路口{label}", x + rng.normal(0, 8), y + rng.normal(0, 8), f"{a}与{b}交叉口")
            for a, b, x, y in chosen[:number]
        ]

    return places


def _in_buildings(uses: Sequence[str], label: str) -> Any:
    def places(ground: Ground, rng: Rng, number: int) -> list[Place]:
        fitting = [one for one in ground.addresses if one.use in uses]
        chosen = [fitting[i % len(fitting)] for i in rng.permutation(max(number, len(fitting)))[:number]]
        return [(f"{a.road}{a.number}号{label}", a.x, a.y, f"{a.road}{a.number}号") for a in chosen]

    return places


def _on_the_river(ground: Ground, rng: Rng, number: int) -> list[Place]:
    x, y = ground.river
    marks = np.linspace(0.06, 0.94, number) * (len(x) - 1)
    names = ("上游进口", "西大桥", "老码头", "汉江大桥", "清溪河口", "东大桥", "新港", "下游出口")
    xs, ys = np.interp(marks, np.arange(len(x)), x), np.interp(marks, np.arange(len(y)), y)
    return [
        (f"汉江{names[i % len(names)]}水位站", float(a), float(b), "汉江")
        for i, (a, b) in enumerate(zip(xs, ys, strict=True))
    ]


def _where_crowds_are(ground: Ground, rng: Rng, number: int) -> list[Place]:
    """Each busy place has several counters, at its gates and along its ways."""
    anchors = [ground.crossings[i] for i in rng.permutation(len(ground.crossings))[: len(BUSY)]]
    sides = ("东口", "西口", "南口", "北口", "中心", "一号点", "二号点", "三号点", "四号点", "五号点", "六号点")
    found = []
    for index in range(number):
        which = index % len(anchors)
        _, _, x, y = anchors[which]
        name = f"{BUSY[which % len(BUSY)]}{sides[(index // len(anchors)) % len(sides)]}人流计"
        found.append((name, x + rng.normal(0, 60), y + rng.normal(0, 60), BUSY[which % len(BUSY)]))
    return found


def _stations(label: str) -> Any:
    def places(ground: Ground, rng: Rng, number: int) -> list[Place]:
        public = [one for one in ground.addresses if one.use == "public"] or list(ground.addresses)
        chosen = [public[i % len(public)] for i in rng.permutation(max(number, len(public)))[:number]]
        return [(f"{a.road}{label}", a.x, a.y, f"{a.road}{a.number}号") for a in chosen]

    return places


MAIN = ("trunk", "primary")
PLACES = {
    "environment.air_station": _stations("空气站"),
    "traffic.road_detector": _on_roads(MAIN, "检测断面"),
    "drainage.pipe_gauge": _on_roads(("primary", "secondary", "tertiary"), "液位井"),
    "drainage.ponding_gauge": _at_crossings("积水点"),
    "drainage.river_gauge": _on_the_river,
    "drainage.rain_gauge": _stations("雨量站"),
    "drainage.manhole_cover": _on_roads(("primary", "secondary", "tertiary"), "检查井"),
    "lighting.lamp_controller": _on_roads(("trunk", "primary", "secondary", "tertiary"), "灯杆"),
    "fire.smoke_detector": _in_buildings(("residential", "commercial", "public", "industrial"), "烟感"),
    "crowd.counter": _where_crowds_are,
}
