from __future__ import annotations

from citybrain.base.jobs import every
from citybrain.guarantees.watching import actions


@every(name="watching.note", seconds=20)
def note() -> int:
    return actions.note_states()


@every(name="watching.digest", seconds=60)
def digest() -> int:
    return actions.send_digest_when_due()
