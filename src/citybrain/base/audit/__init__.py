"""The audit trail: append-only records, sealed into a signed chain within a second, verifiable offline.

`record(actor, "case.returned", case, reason=…)` stands in every action, in the transaction of the change.
"""

from citybrain.base.audit.recording import record
from citybrain.base.audit.types import SYSTEM, Actor, SystemActor, system_actor

__all__ = ["SYSTEM", "Actor", "SystemActor", "record", "system_actor"]
