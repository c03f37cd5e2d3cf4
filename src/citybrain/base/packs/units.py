"""Units of measurement that packs may use, and conversion between units of one quantity.

The list is `units.yaml`: symbol, names in both languages, quantity, and how to reach the quantity's base unit
(`base = value * factor + offset`). Sources: GB 3100—1993, GB 3101—1993 (the SI and units used with it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from citybrain.base.packs.documents import read_document
from citybrain.base.packs.problems import guess

FOREIGN: Mapping[str, str] = {
    **dict.fromkeys(("psi", "psia", "psig", "atm", "mmhg", "inhg", "torr", "kgf/cm2", "mh2o"), "pressure"),
    **dict.fromkeys(("yd", "nmi"), "length"),
    **dict.fromkeys(("hp", "ps"), "power"),
    **dict.fromkeys(("cal", "kcal", "btu"), "energy"),
    **dict.fromkeys(("gal", "bbl"), "volume"),
    **dict.fromkeys(("gpm", "cfm"), "volume flow"),
    **dict.fromkeys(("lb", "lbs", "oz", "ton"), "mass"),
}
"""Units that packs may not use, and what they measure."""


@dataclass(frozen=True)
class KnownUnit:
    symbol: str
    title: Mapping[str, str]
    quantity: str
    factor: float
    offset: float = 0.0
    aliases: tuple[str, ...] = ()


@cache
def known_units() -> Mapping[str, KnownUnit]:
    """Every unit by its symbol and by each of its other spellings (`ug/m3` for `µg/m³`)."""
    found: dict[str, KnownUnit] = {}
    for symbol, row in read_document(Path(__file__).with_name("units.yaml")).data.items():
        unit = KnownUnit(symbol, **{**row, "aliases": tuple(row.get("aliases", ()))})
        for spelling in (symbol, *unit.aliases):
            if spelling in found:
                raise ValueError(f"units.yaml: {spelling} stands for two units")
            found[spelling] = unit
    return MappingProxyType(found)


def convert(value: float, unit: str, to: str) -> float:
    """`value` of one unit in another of the same quantity: `convert(60, "mph", "km/h")` is 96.56064.

    Raises ValueError for an unknown unit and for units of different quantities.
    """
    if unit == to:
        return value
    units = known_units()
    unknown = [one for one in (unit, to) if one not in units]
    if unknown:
        raise ValueError(f"unknown unit {unknown[0]!r}")
    source, target = units[unit], units[to]
    if source.quantity != target.quantity:
        raise ValueError(f"{unit} is a {source.quantity}, {to} a {target.quantity}")
    return (value * source.factor + source.offset - target.offset) / target.factor


def check_unit(symbol: str) -> str:
    """The unit's one symbol, whatever spelling was used."""
    unit = known_units().get(symbol)
    if unit is None:
        near = near_units(symbol)
        code = "packs.unit" if near else "packs.unit_strange"
        raise PydanticCustomError(code, "unknown unit {unit}", {"unit": symbol, "guess": ", ".join(near)})
    return unit.symbol


def near_units(symbol: str) -> list[str]:
    """The symbol that was meant by another spelling or by a word; of a foreign unit all symbols of its quantity."""
    units = known_units()
    quantity = FOREIGN.get(symbol.casefold())
    if quantity:
        return [one.symbol for spelling, one in units.items() if spelling == one.symbol and one.quantity == quantity]
    spelt = {spelling.casefold(): one.symbol for spelling, one in units.items()}
    spelt |= {title.casefold(): one.symbol for one in units.values() for title in one.title.values()}
    near = guess(symbol.casefold(), spelt)
    return [spelt[near]] if near else []


Unit = Annotated[str, AfterValidator(check_unit)]
