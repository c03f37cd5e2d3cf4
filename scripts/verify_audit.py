#!/usr/bin/env python3
"""Check an exported audit trail without CityBrain: this file and Python's standard library are all it takes.

    python verify_audit.py EXPORT.jsonl [--key KEY …] [--last-signature-only]

An export (`citybrain audit export FILE`) is JSON lines: a head with the public keys, the records as the very texts that
were hashed, after each block its seal, and a signed end. Checked are

- the chain: hash_0 = SM3("citybrain audit 1"), hash_i = SM3(hash_(i-1) || text of record i), so that no record can be
  changed, removed, added or moved without changing every hash after it;
- each block: its number, how many records it has, the head it continues, the head it ends with;
- each signature: SM2 (GB/T 32918.2) with SM3 and the identity 1234567812345678;
- the end: that the file was not cut short.

It also checks an exported chain of facts (`citybrain trace KIND ID --export FILE`): the facts as one signed text, and
the records about them, each with the hashes of its block, up to that block's signed head.

The keys in the file prove nothing about who signed: give the public key (or its short name) that the city published
with --key. Exit code: 0 intact, 1 broken, 2 not readable.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMAT = "citybrain audit 1"
TRACE = "citybrain trace 1"
IDENTITY = b"1234567812345678"
MOST_FINDINGS = 100


# SM3 (GB/T 32905), for a Python whose OpenSSL does not have it


def _rotate(value: int, by: int) -> int:
    by %= 32
    return ((value << by) | (value >> (32 - by))) & 0xFFFFFFFF


SM3_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
SM3_ROUND = [_rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _rotate(w[j - 3], 15)
        w.append(x ^ _rotate(x, 15) ^ _rotate(x, 23) ^ _rotate(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        ss1 = _rotate((_rotate(a, 12) + e + SM3_ROUND[j]) & 0xFFFFFFFF, 7)
        ss2 = ss1 ^ _rotate(a, 12)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3_plain(data: bytes) -> bytes:
    """SM3 in Python alone."""
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    state: tuple[int, ...] = SM3_START
    for start in range(0, len(padded), 64):
        state = _compress(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def sm3_of_openssl(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


sm3 = sm3_of_openssl if "sm3" in hashlib.algorithms_available else sm3_plain


# SM2 (GB/T 32918), verification only, over the recommended curve of GB/T 32918.5

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
Point = tuple[int, int, int]  # Jacobian: x = X/Z^2, y = Y/Z^3; Z = 0 is the point at infinity
INFINITY: Point = (1, 1, 0)


def _double(point: Point) -> Point:
    x, y, z = point
    if not z or not y:
        return INFINITY
    zz = z * z % P
    m = 3 * (x - zz) * (x + zz) % P  # 3x² + a·z⁴ with a = -3
    yy = y * y % P
    s = 4 * x * yy % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add(one: Point, other: Point) -> Point:
    if not one[2]:
        return other
    if not other[2]:
        return one
    x1, y1, z1 = one
    x2, y2, z2 = other
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * z2 * zz2 % P, y2 * z1 * zz1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if not h:
        return _double(one) if not r else INFINITY
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P


def _x_of_sum(s: int, t: int, public: Point) -> int | None:
    """The x coordinate of s·G + t·public (both multiplied in one pass); None at infinity."""
    base: Point = (GX, GY, 1)
    both = _add(base, public)
    total = INFINITY
    for bit in range(max(s.bit_length(), t.bit_length()) - 1, -1, -1):
        total = _double(total)
        which = (s >> bit & 1, t >> bit & 1)
        if which != (0, 0):
            total = _add(total, both if which == (1, 1) else base if which[0] else public)
    if not total[2]:
        return None
    return total[0] * pow(total[2], -2, P) % P


def _read_der(signature: bytes) -> tuple[int, int] | None:
    """The two numbers of a DER signature; None when it is not exactly one."""
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        return None
    numbers, rest = [], signature[2:]
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 0x02 or not 0 < rest[1] <= min(33, len(rest) - 2) or rest[2] & 0x80:
            return None
        numbers.append(int.from_bytes(rest[2 : 2 + rest[1]], "big"))
        rest = rest[2 + rest[1] :]
    return (numbers[0], numbers[1]) if not rest else None


def sm2_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a DER signature over the message is right; the public key is 04 || x || y."""
    found = _read_der(signature)
    if found is None or len(public) != 65 or public[0] != 4:
        return False
    (r, s), x, y = found, int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    if not (0 < r < N and 0 < s < N) or x >= P or y >= P or (y * y - (x * x * x + A * x + B)) % P:
        return False
    curve = b"".join(number.to_bytes(32, "big") for number in (A, B, GX, GY, x, y))
    signer = sm3((8 * len(IDENTITY)).to_bytes(2, "big") + IDENTITY + curve)
    digest = int.from_bytes(sm3(signer + message), "big")
    t = (r + s) % N
    x1 = _x_of_sum(s, t, (x, y, 1)) if t else None
    return x1 is not None and (digest + x1) % N == r


# the chain


class Unreadable(Exception):
    """The file is not an export, or not one of this form."""


class Checker:
    """Goes through the lines once and collects what is wrong."""

    form = FORMAT

    def __init__(self, trusted: list[str], last_signature_only: bool = False):
        self.trusted, self.last_signature_only = [key.lower() for key in trusted], last_signature_only
        self.findings: list[str] = []
        self.keys: dict[str, bytes] = {}
        self.used: set[str] = set()
        self.head = sm3(FORMAT.encode())
        self.sealed = self.head.hex()
        self.blocks = self.records = self.in_block = 0
        self.unchecked: tuple[int, dict[str, Any]] | None = None
        self.ended = False

    def find(self, line: int, what: str) -> None:
        self.findings.append(f"line {line}: {what}")

    def check(self, lines: Iterator[bytes]) -> None:
        first = next(lines, b"")
        try:
            start = json.loads(first)
            self.keys = {name: bytes.fromhex(key) for name, key in start["keys"].items()}
            if start["format"] != self.form:
                raise Unreadable(f"the file has the form {start['format']!r}, this script reads {self.form!r}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable("the first line is not the head of an export") from error
        for number, line in enumerate(lines, start=2):
            if len(self.findings) >= MOST_FINDINGS:
                return
            self._check_line(number, line)
        if self.unchecked is not None:
            self._check_block_signature(*self.unchecked)
        if not self.ended:
            self.find(self.records + self.blocks + 2, "the file ends before its end: it was cut short")

    def _check_line(self, number: int, line: bytes) -> None:
        text = line[:-1] if line.endswith(b"\n") else line
        if self.ended:
            self.find(number, "something stands after the end")
        elif text.startswith(b'{"block":'):
            self._check_sealed(number, text, self._check_block)
        elif text.startswith(b'{"end":'):
            self._check_sealed(number, text, self._check_end)
        else:
            self.head = sm3(self.head + text)
            self.in_block += 1
            self.records += 1

    def _check_sealed(self, number: int, text: bytes, check: Any) -> None:
        try:
            check(number, next(iter(json.loads(text).values())))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.find(number, f"the seal cannot be read ({type(error).__name__})")

    def _check_block(self, line: int, seal: dict[str, Any]) -> None:
        self.blocks += 1
        if seal["number"] != self.blocks:
            self.find(line, f"block {self.blocks} is missing: block {seal['number']} stands here")
            self.blocks = seal["number"]
        if seal["previous"] != self.sealed:
            self.find(line, f"block {seal['number']} does not continue the block before it")
        if seal["count"] != self.in_block:
            self.find(line, f"block {seal['number']} sealed {seal['count']} records, {self.in_block} are here")
        if seal["head"] != self.head.hex():
            self.find(line, f"the records of block {seal['number']} are not the ones that were sealed")
        if seal["total"] != self.records:
            self.find(line, f"block {seal['number']} counts {seal['total']} records so far, {self.records} are here")
        if self.last_signature_only:
            self.unchecked = (line, seal)
        else:
            self._check_block_signature(line, seal)
        self.head = bytes.fromhex(seal["head"])  # go on from what was sealed, so that one fault is one finding
        self.sealed, self.records, self.in_block = seal["head"], seal["total"], 0

    def _check_block_signature(self, line: int, seal: dict[str, Any]) -> None:
        fields = (seal["number"], seal["total"], seal["previous"], seal["head"], seal["sealed_at"])
        text = f"{FORMAT} block\n" + "".join(f"{field}\n" for field in fields)
        self._check_signature(line, f"block {seal['number']}", seal, text)

    def _check_end(self, line: int, end: dict[str, Any]) -> None:
        self.ended = True
        if self.in_block:
            self.find(line, f"{self.in_block} records before the end are not sealed")
        if (end["blocks"], end["records"], end["head"]) != (self.blocks, self.records, self.sealed):
            self.find(line, f"the end counts {end['records']} records in {end['blocks']} blocks, here it is otherwise")
        fields = (end["blocks"], end["records"], end["head"], end["exported_at"])
        self._check_signature(line, "the end", end, f"{FORMAT} end\n" + "".join(f"{field}\n" for field in fields))

    def _check_signature(self, line: int, what: str, seal: dict[str, Any], text: str) -> None:
        name = seal["key"]
        public = self.keys.get(name)
        if public is None or sm3(public).hex()[:16] != name:
            self.find(line, f"{what} is signed with the key {name}, which is not in the head")
            return
        self.used.add(name)
        if self.trusted and name not in self.trusted and public.hex() not in self.trusted:
            self.find(line, f"{what} is signed with the key {name}, which is none of those given with --key")
        if not sm2_verify(public, text.encode(), bytes.fromhex(seal["signature"])):
            self.find(line, f"the signature of {what} is wrong")


class TraceChecker(Checker):
    """An exported chain of facts: `{"fact": …}`, `{"link": …}` and `{"proof": …}` lines, then a signed end."""

    form = TRACE

    def __init__(self, trusted: list[str], last_signature_only: bool = False):
        super().__init__(trusted, last_signature_only)
        self.facts = 0
        self.text = sm3(TRACE.encode())

    def _check_line(self, number: int, line: bytes) -> None:
        text = line[:-1] if line.endswith(b"\n") else line
        if self.ended:
            self.find(number, "something stands after the end")
        elif text.startswith(b'{"end":'):
            self._check_sealed(number, text, self._check_end)
        else:
            self.text = sm3(self.text + text)
            if text.startswith(b'{"proof":'):
                self._check_sealed(number, text, self._check_proof)
            else:
                self.facts += text.startswith(b'{"fact":')

    def _check_proof(self, line: int, proof: dict[str, Any]) -> None:
        seal, links = proof["seal"], proof["links"]
        self.blocks += 1
        if not links or links[-1] != seal["head"] or len(links) != seal["count"]:
            self.find(line, f"the hashes of block {seal['number']} do not end with its head")
        for record in proof["records"]:
            at = record["at"]
            before = links[at - 1] if at else seal["previous"]
            if sm3(bytes.fromhex(before) + record["text"].encode()).hex() != links[at]:
                self.find(line, f"a record of block {seal['number']} is not the one that was sealed")
            self.records += 1
        self._check_block_signature(line, seal)

    def _check_end(self, line: int, end: dict[str, Any]) -> None:
        self.ended = True
        if (end["facts"], end["records"], end["digest"]) != (self.facts, self.records, self.text.hex()):
            self.find(line, "the facts are not the ones that were signed")
        self.sealed = end["digest"]
        fields = (end["facts"], end["records"], end["digest"], end["exported_at"])
        self._check_signature(line, "the end", end, f"{TRACE} end\n" + "".join(f"{field}\n" for field in fields))


def checker_for(path: Path) -> type[Checker]:
    with path.open("rb") as file:
        return TraceChecker if TRACE.encode() in file.readline() else Checker


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported audit trail of CityBrain.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a public key (or its name) that the city published")
    parser.add_argument("--last-signature-only", action="store_true",
                        help="check only the newest signature, which vouches for all before it")  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        checker = checker_for(options.file)(options.key, options.last_signature_only)
        with options.file.open("rb") as file:
            checker.check(iter(file))
    except (OSError, Unreadable) as error:
        print(f"not readable: {error}", file=sys.stderr)
        return 2
    for finding in checker.findings:
        print(f"BROKEN {finding}", file=sys.stderr)
    facts = f"{checker.facts} facts, " if isinstance(checker, TraceChecker) else ""
    counts = f"{facts}{checker.records} records in {checker.blocks} blocks"
    print(f"{'broken' if checker.findings else 'intact'}: {counts}")
    print(f"head {checker.blocks}:{checker.sealed}")
    print(f"signed by {', '.join(sorted(checker.used)) or 'nobody'}")
    if not options.key:
        print("note: the keys come from the file itself; give the one that the city published with --key")
    return 1 if checker.findings else 0


if __name__ == "__main__":
    sys.exit(main())
