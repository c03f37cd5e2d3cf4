"""The national algorithms behind one interface, so that a library can be replaced without touching a caller.

SM3 (GB/T 32905) comes from OpenSSL through hashlib, SM4 (GB/T 32907) in GCM from `cryptography`, SM2 (GB/T 32918) from
`tongsuopy`, whose last release is old: nothing else imports it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tongsuopy.crypto import hashes
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature

TAG_SIZE = 16


class Tampered(ValueError):
    """A sealed text was changed, cut or sealed with another key."""


class Provider(Protocol):
    """Hash, keyed hash, authenticated encryption and signatures, over bytes.

    Private keys are 32 bytes (the scalar d), public keys 65 bytes (04 ‖ x ‖ y), signatures DER; the signer's identity
    is the default one of GM/T 0009, `1234567812345678`.
    """

    def digest(self, data: bytes) -> bytes: ...

    def keyed_digest(self, key: bytes, data: bytes) -> bytes: ...

    def encrypt(self, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes: ...

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes: ...

    def new_private_key(self) -> bytes: ...

    def public_key(self, private: bytes) -> bytes: ...

    def sign(self, private: bytes, data: bytes) -> bytes: ...

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool: ...


class NationalSuite:
    """SM3, SM4-GCM and SM2."""

    def digest(self, data: bytes) -> bytes:
        return hashlib.new("sm3", data).digest()

    def keyed_digest(self, key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, "sm3").digest()

    def encrypt(self, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Ciphertext ‖ tag; `bound` is authenticated but not encrypted."""
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(text) + encryptor.finalize() + encryptor.tag

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """The text; raises Tampered when anything does not fit."""
        if len(sealed) < TAG_SIZE:
            raise Tampered("the sealed text is too short")
        text, tag = sealed[:-TAG_SIZE], sealed[-TAG_SIZE:]
        try:
            decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
            decryptor.authenticate_additional_data(bound)
            return decryptor.update(text) + decryptor.finalize()
        except (InvalidTag, ValueError) as error:
            raise Tampered("the sealed text does not fit its key") from error

    def new_private_key(self) -> bytes:
        number = ec.generate_private_key(ec.SM2()).private_numbers().private_value
        return int(number).to_bytes(32, "big")

    def public_key(self, private: bytes) -> bytes:
        numbers = _private(private).public_key().public_numbers()
        return b"\x04" + int(numbers.x).to_bytes(32, "big") + int(numbers.y).to_bytes(32, "big")

    def sign(self, private: bytes, data: bytes) -> bytes:
        return bytes(_private(private).sign(data, ec.ECDSA(hashes.SM3())))

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature is right; a signature or a point that cannot be read is wrong, not an error."""
        if len(public) != 65 or public[0] != 4:
            return False
        x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
        try:
            key = ec.EllipticCurvePublicNumbers(x, y, ec.SM2()).public_key()
            key.verify(signature, data, ec.ECDSA(hashes.SM3()))
        except (InvalidSignature, InternalError, ValueError):
            return False
        return True


def _private(private: bytes) -> Any:
    return ec.derive_private_key(int.from_bytes(private, "big"), ec.SM2())
