"""National cryptography (SM2, SM3, SM4) behind one provider, and the keys of the data directory. No Django here."""

from citybrain.base.crypto.fields import lookup_hash, lookup_hashes, open_field, seal_field
from citybrain.base.crypto.keys import SigningKey, key_id, signing_key
from citybrain.base.crypto.providers import NationalSuite, Provider, Tampered

SUITE: Provider = NationalSuite()

__all__ = [
    "SUITE",
    "NationalSuite",
    "Provider",
    "SigningKey",
    "Tampered",
    "key_id",
    "lookup_hash",
    "lookup_hashes",
    "open_field",
    "seal_field",
    "signing_key",
]
