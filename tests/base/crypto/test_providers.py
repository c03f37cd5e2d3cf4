"""SM2, SM3 and SM4 give what the standards and other implementations give."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from citybrain.base.crypto import SUITE, Tampered


@pytest.fixture(scope="module")
def vectors(public_data: Path) -> Any:
    folder = public_data / "14_sm"
    if not folder.is_dir():
        pytest.skip(f"the vectors of the national algorithms are not here ({folder})")
    return lambda name: json.loads((folder / name).read_text(encoding="utf-8"))


def test_sm3_of_the_standard() -> None:
    """GB/T 32905-2016, appendix A."""
    assert SUITE.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert SUITE.digest(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_keyed_sm3_is_hmac_by_its_definition() -> None:
    """RFC 2104 written out: H(key xor opad, H(key xor ipad, text)), keys longer than a block hashed first."""
    for key in (b"k", b"0123456789abcdef" * 4, b"long" * 40):
        block = (SUITE.digest(key) if len(key) > 64 else key).ljust(64, b"\0")
        inner = SUITE.digest(bytes(b ^ 0x36 for b in block) + b"text")
        outer = SUITE.digest(bytes(b ^ 0x5C for b in block) + inner)
        assert SUITE.keyed_digest(key, b"text") == outer


def test_sm3_of_another_implementation(vectors: Any) -> None:
    found = vectors("sm3_gmssl.json")["vectors"]
    assert len(found) >= 5
    for one in found:
        assert SUITE.digest(bytes.fromhex(one["msg"])).hex() == one["digest"]


def test_the_block_cipher_is_sm4(vectors: Any) -> None:
    """GB/T 32907-2016, appendix A: one block, and a million times over is left to the library's own tests."""
    one = vectors("sm4_gmssl.json")["vectors"]["ecb_single"]
    encryptor = Cipher(algorithms.SM4(bytes.fromhex(one["user_key"])), modes.ECB()).encryptor()
    assert (encryptor.update(bytes.fromhex(one["plaintext"])) + encryptor.finalize()).hex() == one["ciphertext"]


def test_sm4_gcm_of_rfc_8998() -> None:
    key, nonce = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
    bound = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    text = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = SUITE.encrypt(key, nonce, text, bound)
    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert SUITE.decrypt(key, nonce, sealed, bound) == text


@pytest.mark.parametrize("place", [0, 5, 30, -1])
def test_a_changed_bit_a_cut_or_another_binding_is_noticed(place: int) -> None:
    key, nonce = b"k" * 16, b"n" * 12
    sealed = SUITE.encrypt(key, nonce, b"13800138000 is a number", b"bound")
    changed = bytearray(sealed)
    changed[place] ^= 1
    for wrong in (bytes(changed), sealed[:-1], sealed[:10], b""):
        with pytest.raises(Tampered):
            SUITE.decrypt(key, nonce, wrong, b"bound")
    with pytest.raises(Tampered):
        SUITE.decrypt(key, nonce, sealed, b"another")
    with pytest.raises(Tampered):
        SUITE.decrypt(key, b"", sealed, b"bound")


def der(r: int, s: int) -> bytes:
    def whole(number: int) -> bytes:
        raw = number.to_bytes(33, "big").lstrip(b"\0") or b"\0"
        raw = b"\0" + raw if raw[0] & 0x80 else raw
        return b"\x02" + bytes([len(raw)]) + raw

    body = whole(r) + whole(s)
    return b"\x30" + bytes([len(body)]) + body


def test_sm2_of_the_standard(vectors: Any) -> None:
    """GB/T 32918.5-2017, the recommended curve with the default identity."""
    one = vectors("sm2_gbt32918_5.json")["gbt_recommended_public_part"]
    assert one["id"] == "1234567812345678"
    private = bytes.fromhex(one["d"])
    public = b"\x04" + bytes.fromhex(one["px"]) + bytes.fromhex(one["py"])
    assert SUITE.public_key(private) == public
    signature = der(int(one["r"], 16), int(one["s"], 16))
    message = one["message"].encode()
    assert SUITE.verify(public, message, signature)
    assert not SUITE.verify(public, message + b".", signature)
    assert not SUITE.verify(public, message, der(int(one["r"], 16) + 1, int(one["s"], 16)))
    assert SUITE.verify(public, message, SUITE.sign(private, message))


def test_what_is_signed_with_another_key_does_not_verify() -> None:
    one, other = SUITE.new_private_key(), SUITE.new_private_key()
    assert len(one) == 32
    assert one != other
    assert not SUITE.verify(SUITE.public_key(other), b"m", SUITE.sign(one, b"m"))


@pytest.mark.parametrize(
    ("public", "signature"),
    [(b"", b""), (b"\x04" + b"\x05" * 64, der(1, 1)), (b"\x02" + b"\0" * 32, der(1, 1)), (b"\x04" + b"\xff" * 64, b"x"),
     (SUITE.public_key(b"\x01".rjust(32, b"\0")), b""), (SUITE.public_key(b"\x01".rjust(32, b"\0")), der(0, 0)),
     (SUITE.public_key(b"\x01".rjust(32, b"\0")), b"\x30\x80" + b"\0" * 70)],
)  # fmt: skip
def test_what_cannot_be_read_is_wrong_and_not_an_error(public: bytes, signature: bytes) -> None:
    assert not SUITE.verify(public, b"m", signature)


def test_crypto_knows_no_django() -> None:
    code = "import sys, citybrain.base.crypto as c; c.SUITE.digest(b''); print('django' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"
