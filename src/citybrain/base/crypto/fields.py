"""Personal fields at rest: sealed with SM4-GCM, found again by a keyed hash.

A sealed text reads `sm4.1.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>`, a lookup hash `sm3.1.<key id>.<hex>`:
both name their form and their key, so that either can be changed without losing what is stored.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import unicodedata

from citybrain.base.crypto.keys import MasterKey, master_keys
from citybrain.base.crypto.providers import Tampered

SEALED, HASHED = "sm4.1", "sm3.1"
NONCE_SIZE = 12


def seal_field(text: str) -> str:
    """The text encrypted with the current key; the same text seals differently each time."""
    key = master_keys()[0]
    nonce = secrets.token_bytes(NONCE_SIZE)
    head = f"{SEALED}.{key.id}"
    sealed = key.suite.encrypt(key.sealing, nonce, text.encode(), head.encode())
    return f"{head}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"


def open_field(sealed: str) -> str:
    """The text of a sealed field; raises Tampered when it was changed or its key is not in `master.key`."""
    head, _, body = sealed.rpartition(".")
    form, _, wanted = head.rpartition(".")
    if form != SEALED:
        raise Tampered("this is not a sealed field")
    key = _key_of(wanted)
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise Tampered("the sealed text cannot be decoded") from error
    return key.suite.decrypt(key.sealing, raw[:NONCE_SIZE], raw[NONCE_SIZE:], head.encode()).decode()


def lookup_hash(text: str) -> str:
    """A keyed hash of the text with the current key: equal texts (after NFKC and trimming) have equal hashes."""
    return _hash(master_keys()[0], text)


def lookup_hashes(text: str) -> list[str]:
    """The hash under each key, current first: search with `__in` so that rows from before a rotation are found."""
    return [_hash(key, text) for key in master_keys()]


def _hash(key: MasterKey, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    return f"{HASHED}.{key.id}.{key.suite.keyed_digest(key.lookup, plain.encode()).hex()}"


def _key_of(wanted: str) -> MasterKey:
    for key in master_keys():
        if key.id == wanted:
            return key
    raise Tampered(f"the key {wanted} is not in master.key")
