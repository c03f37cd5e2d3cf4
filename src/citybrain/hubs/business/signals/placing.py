"""Where reports lie: by the point, the region that the source names, the address, the words, or the reporter's duty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from citybrain.base.accounts.types import Viewer
from citybrain.base.places.models import Region
from citybrain.base.places.queries import find_region_by_name, locate
from citybrain.hubs.business.signals.types import Located, Report

COARSE_M = 1500.0  # a point that may be further off says nothing about its region; two decimals are 1.1 km
WORDS = 300  # of a text in which a region's name is looked for
NOWHERE = Located("", "", "")


def paths_of_regions(codes: Iterable[str]) -> dict[str, str]:
    """The paths of those region codes that exist."""
    wanted = sorted({code for code in codes if code})
    return dict(Region.objects.filter(code__in=wanted).values_list("code", "path")) if wanted else {}


def place_reports(reports: Sequence[Report], known: dict[str, str], actor: Viewer) -> list[Located]:
    """The region of each report. `known` holds the path of each region code that a report names."""
    precise = [i for i, report in enumerate(reports) if is_placed(report)]
    by_point = locate(*_axes(reports, precise)) if precise else []
    found = {
        i: Located(there.region_code, there.region_path, "point")
        for i, there in zip(precise, by_point, strict=True)
        if there.region_code
    }
    duty = _region_of_duty(actor)
    return [found.get(i) or _without_point(report, known, duty) for i, report in enumerate(reports)]


def _axes(reports: Sequence[Report], wanted: Sequence[int]) -> tuple[list[float], list[float]]:
    """Longitudes and latitudes of those reports, all of which have a point."""
    points = [(reports[i].lon, reports[i].lat) for i in wanted]
    return [lon or 0.0 for lon, _ in points], [lat or 0.0 for _, lat in points]


def find_swapped(reports: Sequence[Report], found: Sequence[Located]) -> set[int]:
    """Positions of reports in no region whose point would lie in the city with its two numbers exchanged."""
    outside = [
        i
        for i, (report, there) in enumerate(zip(reports, found, strict=True))
        if there.by == "" and is_placed(report) and abs(report.lon or 0.0) <= 90
    ]
    if not outside:
        return set()
    lons, lats = _axes(reports, outside)
    exchanged = locate(lats, lons)
    return {i for i, there in zip(outside, exchanged, strict=True) if there.region_code}


def is_placed(report: Report) -> bool:
    """Whether the point is good enough to tell the region."""
    return report.lon is not None and (report.precision_m is None or report.precision_m <= COARSE_M)


def _without_point(report: Report, known: dict[str, str], duty: Located) -> Located:
    if report.region:
        return Located(report.region, known[report.region], "given")
    if is_placed(report):
        return NOWHERE  # a good point outside every region: kept as it is, marked, shown
    if report.address and (there := _named(report.address)):
        return Located(*there, "address")
    if there := _named(f"{report.subject} {report.text}"[:WORDS]):
        return Located(*there, "text")
    return duty


def _named(text: str) -> tuple[str, str] | None:
    found = find_region_by_name(text)
    return (found.region_code, found.region_path) if found.region_code else None


def _region_of_duty(actor: Viewer) -> Located:
    """A reporter with one duty limited to a region speaks of that region unless he says otherwise."""
    paths = {grant.region_path for grant in actor.grants if "signal.report" in grant.permissions}
    path = paths.pop() if len(paths) == 1 else "/"
    return NOWHERE if path == "/" else Located(path.strip("/").rpartition("/")[2], path, "duty")
