"""From what a row says about time to a moment: local times made UTC, hours that do not exist or exist twice named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from citybrain.lab.replay.mapping import TimeOf

Cells = Sequence[str]


class BadTime(ValueError):
    """A time that cannot be understood; the text says why."""


def to_utc(local: datetime, zone: ZoneInfo, ambiguous: str) -> datetime:
    """The moment of a local time. Raises BadTime in the hour that was skipped, and for `reject` in the one twice."""
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise BadTime(f"{local} did not exist in {zone.key}: the clocks were put forward")
    if ambiguous == "reject":
        raise BadTime(f"{local} was twice in {zone.key}: the clocks were put back")
    return (first if ambiguous == "first" else second).astimezone(UTC)


class TimeReader:
    """Reads the moment of a row; equal texts are worked out once."""

    def __init__(self, how: TimeOf, zone: str, columns: Sequence[str]):
        self.how, self.zone = how, ZoneInfo(zone)
        self._known: dict[tuple[str, ...], datetime] = {}
        self._places = [columns.index(name) for name in how.named()]
        self._parse = self._parser()
        self._start = to_utc(datetime.fromisoformat(how.start), self.zone, how.ambiguous) if how.start else None

    def is_blank(self, cells: Cells) -> bool:
        return bool(self._places) and all(not cells[place].strip() for place in self._places)

    def read(self, cells: Cells, row: int) -> datetime:
        """The moment of a row; `row` counts from 0. Raises BadTime."""
        if self._start is not None and self.how.step is not None:
            return self._start + row * self.how.step
        texts = tuple(cells[place].strip() for place in self._places)
        found = self._known.get(texts)
        if found is None:
            try:
                local = self._parse(texts)
            except (ValueError, OverflowError) as error:
                raise BadTime(f"{' '.join(texts)!r} is not a time: {error}") from error
            found = self._known[texts] = to_utc(local, self.zone, self.how.ambiguous)
        return found

    def _parser(self) -> Callable[[tuple[str, ...]], datetime]:
        if self.how.columns:
            return _from_numbers
        at = time.fromisoformat(self.how.date_at)
        layout = self.how.format
        if layout == "iso":
            return lambda texts: _from_iso(texts[0], at)
        if "%H" in layout or "%I" in layout or "%s" in layout or "%X" in layout or "%c" in layout:
            return lambda texts: datetime.strptime(texts[0], layout)  # noqa: DTZ007  # the zone is added by to_utc
        return lambda texts: datetime.combine(datetime.strptime(texts[0], layout), at)  # noqa: DTZ007


def _from_numbers(texts: tuple[str, ...]) -> datetime:
    numbers = [_whole(text) for text in texts]
    return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001  # year … minute; the zone is added by to_utc


def _whole(text: str) -> int:
    number = float(text)
    if not number.is_integer():
        raise ValueError(f"{text} is not a whole number")
    return int(number)


def _from_iso(text: str, at: time) -> datetime:
    if len(text) == 10:
        return datetime.combine(datetime.fromisoformat(text), at)
    return datetime.fromisoformat(text)
