"""Users, duties, tokens, and the one predicate that says who may see and do what.

`visible(viewer, Model)` is a condition tree; `scoped(viewer, rows)` compiles it to the ORM; `check_may` raises.
A viewer comes from `citybrain.base.accounts.queries` (`viewer_of`, `viewer_of_token`) or is the platform itself
(`system_viewer`).
"""

from citybrain.base.accounts.masking import mask
from citybrain.base.accounts.permission import check_may, scoped, visible
from citybrain.base.accounts.types import Grant, Scope, Viewer, grant_of, system_viewer

__all__ = ["Grant", "Scope", "Viewer", "check_may", "grant_of", "mask", "scoped", "system_viewer", "visible"]
