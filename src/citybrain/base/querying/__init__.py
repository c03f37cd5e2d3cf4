"""How rows are asked for: conditions compiled to the ORM, path columns, keyset pages, and counts."""

from citybrain.base.querying.compile import to_q
from citybrain.base.querying.counting import About, about, about_of
from citybrain.base.querying.keyset import Page, Part, keyset_page, neighbours, parts_page, position_of
from citybrain.base.querying.paths import PathField, move_paths
from citybrain.base.querying.scope import Scope
from citybrain.base.querying.ways import Way, by_best_way

__all__ = [
    "About",
    "Page",
    "Part",
    "PathField",
    "Scope",
    "Way",
    "about",
    "about_of",
    "by_best_way",
    "keyset_page",
    "move_paths",
    "neighbours",
    "parts_page",
    "position_of",
    "to_q",
]
