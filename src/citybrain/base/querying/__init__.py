"""How rows are asked for: conditions compiled to the ORM, path columns, and keyset pages."""

from citybrain.base.querying.compile import to_q
from citybrain.base.querying.keyset import Page, keyset_page
from citybrain.base.querying.paths import PathField, move_paths
from citybrain.base.querying.scope import Scope

__all__ = ["Page", "PathField", "Scope", "keyset_page", "move_paths", "to_q"]
