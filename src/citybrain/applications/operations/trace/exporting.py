"""A chain of facts as one file that anybody can check with `scripts/verify_audit.py` and nothing else.

JSON lines: a head with the public keys; the facts and the links between them; for whoever may read the audit trail, the
sealed records about these facts, each with the hashes of its block; an end that is signed over everything before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db import transaction

from citybrain.applications.operations.trace.types import Chain, Fact
from citybrain.base import audit, clock
from citybrain.base.accounts.types import Viewer
from citybrain.base.audit.chain import GENESIS, moment
from citybrain.base.audit.models import SealKey
from citybrain.base.audit.proving import proofs_of
from citybrain.base.crypto import signing_key

FORMAT = "citybrain trace 1"
AUDITED = {"case": "case", "signal": "signal", "alarm": "alarm", "value": "indicator", "report": "report"}
"""Kinds of facts about which people's acts are recorded, and how the audit trail calls them."""


def export(chain: Chain, *, actor: Viewer) -> Iterator[str]:
    """The lines of the file. That it was exported is recorded."""
    exported_at, key = moment(clock.wall_now()), signing_key()
    root = next(fact for fact in chain.facts if fact.ref == chain.root)
    with transaction.atomic():
        audit.record(actor, "trace.exported", kind=root.kind, key=root.id or "", facts=len(chain.facts))
    keys = {row.id: row.public for row in SealKey.objects.all()} | {key.id: key.public.hex()}
    yield _text({"format": FORMAT, "exported_at": exported_at, "genesis": GENESIS, "keys": keys, "root": chain.root})
    running = hashlib.new("sm3", FORMAT.encode()).digest()
    records = 0
    for one in _body(chain, actor):
        line = _text(one)
        running = hashlib.new("sm3", running + line.encode()).digest()
        records += len(one["proof"]["records"]) if "proof" in one else 0
        yield line
    fields = (len(chain.facts), records, running.hex(), exported_at)
    signed = f"{FORMAT} end\n" + "".join(f"{field}\n" for field in fields)
    end = dict(zip(("facts", "records", "digest", "exported_at"), fields, strict=True))
    yield _text({"end": {**end, "key": key.id, "signature": key.sign(signed.encode()).hex()}})


def _body(chain: Chain, actor: Viewer) -> Iterator[dict[str, Any]]:
    yield from ({"fact": asdict(fact)} for fact in chain.facts)
    yield from ({"link": asdict(link)} for link in chain.links)
    if actor.may("audit.read"):
        objects = [(AUDITED[fact.kind], _audited_key(fact)) for fact in chain.facts if fact.kind in AUDITED and fact.id]
        yield from ({"proof": proof} for proof in proofs_of(actor, objects))


def _audited_key(fact: Fact) -> str:
    return str(fact.id).partition("/")[0] if fact.kind == "value" else str(fact.id)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
