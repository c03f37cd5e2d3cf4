"""How a road runs: free-flow speed, grade, and the congestion index of many detectors.

- *free-flow speed*: the 85th percentile of the speeds of a detector over days (the usual choice of traffic engineering
  for what drivers reach when nothing is in their way; at least a day of readings should go in);
- *grade* (1 free to 5 severely congested): by the ratio of speed to free-flow speed, GB/T 33171—2016;
- *travel time index* of a detector: free-flow speed / speed, how many times longer the way takes; 1 when faster;
- *congestion index* of an area: the mean of the travel time indices, weighted with the length of road that a detector
  stands for times its flow (vehicle-kilometres; what is not known weighs the same for all). It is the index of the
  TTI family; a city that publishes a 0-10 index maps it from this and the shares by grade.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from citybrain.base.packs.documents import read_document

FREE_FLOW_PERCENTILE = 85
SLOWEST = 1.0  # km/h: below, a standing queue would make the index infinite
STANDARD = "gbt33171-2016"
CONGESTED_FROM = 3


@cache
def grades() -> tuple[Mapping[str, Any], ...]:
    """The grades of the standard, best first."""
    return tuple(read_document(Path(__file__).with_name(f"{STANDARD}.yaml")).data["grades"])


def grade_of(speed: float, free_flow: float) -> Mapping[str, Any]:
    """The grade of a section by its mean speed and free-flow speed (both km/h)."""
    ratio = speed / free_flow
    return next((grade for grade in grades() if ratio > grade["above"]), grades()[-1])


def travel_time_index(speed: float, free_flow: float) -> float:
    """How many times longer the way takes than in free flow; never below 1."""
    return max(1.0, free_flow / max(speed, SLOWEST))


def free_flow_speed(speeds: Sequence[float]) -> float:
    """The 85th percentile of speeds, interpolated between neighbours."""
    ordered = sorted(speeds)
    place = (len(ordered) - 1) * FREE_FLOW_PERCENTILE / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
