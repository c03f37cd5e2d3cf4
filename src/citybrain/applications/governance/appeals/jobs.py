"""Work that comes round for appeals."""

from __future__ import annotations

from citybrain.applications.governance.appeals import actions
from citybrain.base.jobs import every


@every(name="appeals.forget_old", minutes=30)
def forget_old() -> int:
    """Counts of what addresses and telephones used, once their window is over."""
    return actions.forget_old()
