"""Sector packs: folders that declare what a city senses and handles; found, judged, loaded, and adjusted by operators.

A hub makes a file of packs its own with `register_section` in its `AppConfig.ready()`. `load_packs` brings what all
packs declare into the database; `check_packs` proves them; `find_sources` says where they lie.
"""

from typing import Any

from citybrain.base.packs.contents import Contents
from citybrain.base.packs.declared import Declared, Flag, Key, Number, PropertyName, Seconds, Text
from citybrain.base.packs.discovery import Source, find_sources
from citybrain.base.packs.findings import Findings
from citybrain.base.packs.problems import Problem
from citybrain.base.packs.sections import Section, register_section
from citybrain.base.packs.units import Unit, convert

__all__ = [
    "Contents",
    "Declared",
    "Findings",
    "Flag",
    "Key",
    "Number",
    "Problem",
    "PropertyName",
    "Seconds",
    "Section",
    "Source",
    "Text",
    "Unit",
    "adjust_pack",
    "check_packs",
    "convert",
    "find_sources",
    "load_packs",
    "register_section",
    "restore_pack",
]

LATER = {
    "load_packs": "actions",
    "adjust_pack": "actions",
    "restore_pack": "actions",
    "check_packs": "queries",
}


def __getattr__(name: str) -> Any:
    """Loading needs the models, which cannot be imported while Django is still finding its apps."""
    if name in LATER:
        from importlib import import_module  # noqa: PLC0415

        return getattr(import_module(f"{__name__}.{LATER[name]}"), name)
    raise AttributeError(name)
