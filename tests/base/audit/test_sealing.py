"""What was done stays provable: records are sealed in a chain, and every later change to them is found."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from citybrain.base import audit
from citybrain.base.audit.chain import linked, record_text
from citybrain.base.audit.exporting import export
from citybrain.base.audit.immutable import make_append_only, make_changeable
from citybrain.base.audit.models import Block, Record
from citybrain.base.audit.proving import proofs_of
from citybrain.base.audit.recording import canonical_json
from citybrain.base.audit.rows import rows_with
from citybrain.base.audit.sealing import damaged_witness_path, seal_all, seal_once, witness_path
from citybrain.base.audit.verifying import Verification, verify

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "verify_audit.py"


@pytest.fixture(autouse=True)
def _no_witness() -> Iterator[None]:
    for path in (witness_path(), damaged_witness_path()):
        path.unlink(missing_ok=True)
    yield
    for path in (witness_path(), damaged_witness_path()):
        path.unlink(missing_ok=True)


@pytest.fixture
def sealed(db: None, clock: Any) -> Iterator[None]:
    """Nine records in three blocks."""
    for block in range(3):
        for one in range(3):
            audit.record(audit.SYSTEM, "case.returned", kind="case", key=f"{block}{one}", reason="属供电公司管养")
        assert seal_once() == 3
    return


def damaged(table: str, statement: str, *values: Any) -> None:
    """What somebody with the database's password could do: lift the trigger, change, put it back."""
    make_changeable(connection, table)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount >= 1
    make_append_only(connection, table)


def codes(result: Verification) -> list[str]:
    return [finding.code for finding in result.findings]


def record_id(position: int) -> int:
    return list(Record.objects.order_by("id").values_list("id", flat=True))[position]


def test_an_undisturbed_chain_is_intact(sealed: None) -> None:
    result = verify()
    assert result.intact, result.findings
    assert (result.blocks, result.records, result.unsealed) == (3, 9, 0)
    assert result.head == Block.objects.get(number=3).head


def test_records_wait_unsealed_until_the_next_seal(sealed: None) -> None:
    audit.record(audit.SYSTEM, "case.closed", kind="case", key="1")
    assert verify().unsealed == 1
    assert seal_all() == 1
    assert verify().unsealed == 0
    assert seal_once() == 0


def test_a_record_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(TransactionManagementError):
        audit.record(audit.SYSTEM, "case.closed", kind="case", key="1")
    assert not Record.objects.exists()


def test_a_record_goes_with_the_change_it_proves(transactional_db: None) -> None:
    def close_and_fail() -> None:
        with transaction.atomic():
            audit.record(audit.SYSTEM, "case.closed", kind="case", key="1")
            raise ValueError

    with pytest.raises(ValueError):
        close_and_fail()
    assert not Record.objects.exists()


@pytest.mark.parametrize("verb", ["UPDATE audit_record SET action = 'x'", "DELETE FROM audit_record",
                                  "UPDATE audit_block SET count = 1", "DELETE FROM audit_block",
                                  "DELETE FROM audit_key"])  # fmt: skip
def test_the_database_itself_refuses_changes(sealed: None, verb: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert verify().intact


def test_the_model_refuses_changes_too(sealed: None) -> None:
    record = Record.objects.order_by("id")[0]
    record.action = "case.never_happened"
    for change in (record.save, record.delete, Record.objects.all().delete, lambda: Record.objects.update(action="x")):
        with pytest.raises(TransactionManagementError):
            change()
    assert verify().intact


@pytest.mark.parametrize(
    ("column", "value"),
    [("action", "case.returnee"), ("actor_key", "user:13"), ("actor_label", "x"), ("object_key", "99"),
     ("object_kind", "thing"), ("data", '{"reason":"属供电公司管理"}'), ("at", "2026-03-02 01:00:00.000001"),
     ("wall_at", "2026-03-02 01:00:00.000001")],
)  # fmt: skip
def test_one_changed_value_is_found_and_named(sealed: None, column: str, value: str) -> None:
    damaged("audit_record", f"UPDATE audit_record SET {column} = %s WHERE id = %s", value, record_id(4))
    result = verify()
    assert codes(result) == ["record_changed"]
    assert (result.findings[0].block, result.findings[0].record) == (2, record_id(4))


def test_a_deleted_record_is_found(sealed: None) -> None:
    gone = record_id(4)
    damaged("audit_record", "DELETE FROM audit_record WHERE id = %s", gone)
    assert [(f.code, f.block, f.record) for f in verify().findings] == [("record_missing", 2, gone)]


def test_two_exchanged_records_are_found(sealed: None) -> None:
    one, other = record_id(3), record_id(4)
    damaged("audit_record", "UPDATE audit_record SET object_key = CASE object_key WHEN '10' THEN '11' ELSE '10' END"
                            " WHERE id IN (%s, %s)", one, other)  # fmt: skip
    assert codes(verify()) == ["record_changed", "record_changed"]


def test_a_record_slipped_in_among_sealed_ones_is_found(sealed: None) -> None:
    damaged("audit_record", "DELETE FROM audit_record WHERE id = %s", record_id(0))
    damaged(
        "audit_record",
        "INSERT INTO audit_record (id, at, wall_at, actor_key, actor_label, action, object_kind, object_key, data, xid)"
        " SELECT id - 100, at, wall_at, actor_key, actor_label, action, object_kind, object_key, data, xid"
        " FROM audit_record WHERE id IN (%s, %s)",
        record_id(1),
        record_id(2),
    )
    assert "record_slipped_in" in codes(verify())
    assert "record_missing" in codes(verify())


def test_a_cut_off_end_is_found_by_the_witness_in_the_data_directory(
    sealed: None, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    audit.record(audit.SYSTEM, "case.closed", kind="case", key="1")
    with django_capture_on_commit_callbacks(execute=True):
        seal_all()
    assert verify().intact
    last = record_id(9)
    damaged("audit_block", "DELETE FROM audit_block WHERE number = 4")
    damaged("audit_record", "DELETE FROM audit_record WHERE id = %s", last)
    assert codes(verify()) == ["blocks_cut_off"]


def test_a_cut_off_end_is_found_by_a_head_that_somebody_wrote_down(sealed: None) -> None:
    block = Block.objects.get(number=3)
    assert verify((3, block.head)).intact
    damaged("audit_block", "DELETE FROM audit_block WHERE number = 3")
    for one in (record_id(8), record_id(7), record_id(6)):
        damaged("audit_record", "DELETE FROM audit_record WHERE id = %s", one)
    assert codes(verify()) == []
    assert codes(verify((3, block.head))) == ["blocks_cut_off"]


@pytest.mark.parametrize("left", [b"", b"\0\0\0", b"{}", b"[1]", b'{"block": null, "head": ""}', b"\xff"])
def test_a_damaged_witness_is_a_finding_and_sealing_goes_on(
    sealed: None, django_capture_on_commit_callbacks: Callable[..., Any], left: bytes
) -> None:
    """As a power cut leaves it. It is found until somebody has looked, and newer blocks have a witness again."""
    witness_path().write_bytes(left)
    assert [(found.code, found.block) for found in verify().findings] == [("witness_damaged", 3)]

    audit.record(audit.SYSTEM, "case.closed", kind="case", key="1")
    with django_capture_on_commit_callbacks(execute=True):
        assert seal_all() == 1

    assert json.loads(witness_path().read_text())["block"] == 4
    assert damaged_witness_path().read_bytes() == left
    assert codes(verify()) == ["witness_damaged"]
    damaged_witness_path().unlink()
    assert verify().intact


def test_a_chain_rewritten_from_the_middle_differs_from_the_known_head(sealed: None) -> None:
    assert codes(verify((2, "0" * 64))) == ["head_not_as_witnessed"]


def test_a_missing_block_is_found(sealed: None) -> None:
    damaged("audit_block", "DELETE FROM audit_block WHERE number = 2")
    assert "block_missing" in codes(verify())


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [("signature", "3006020101020101", "signature_wrong"), ("signature", "not hex", "signature_wrong"),
     ("total", 7, "block_count_wrong"), ("count", 2, "links_wrong"), ("previous", "0" * 64, "block_not_linked"),
     ("sealed_at", "2026-03-02 01:00:00.000001", "signature_wrong")],
)  # fmt: skip
def test_a_changed_seal_is_found(sealed: None, column: str, value: Any, code: str) -> None:
    damaged("audit_block", f"UPDATE audit_block SET {column} = %s WHERE number = 2", value)
    assert code in codes(verify())


def test_a_forged_key_does_not_pass(sealed: None) -> None:
    from citybrain.base.crypto import SUITE

    forged = SUITE.public_key(SUITE.new_private_key()).hex()
    damaged("audit_key", "UPDATE audit_key SET public = %s", forged)
    assert set(codes(verify())) == {"key_unknown"}


def test_the_text_that_is_hashed_is_canonical_json(sealed: None) -> None:
    row = rows_with([record_id(0)])[record_id(0)]
    text = record_text(row)
    assert canonical_json(json.loads(text)) == text
    assert json.loads(text)["data"] == {"reason": "属供电公司管养"}
    assert json.loads(text)["at"] == "2026-03-02T01:00:00.000000Z"


def test_all_records_of_an_object_are_proved_in_their_order(db: None, cast: Any) -> None:
    """However many there are, and in whichever blocks."""
    for number in range(450):
        audit.record(audit.SYSTEM, "case.noted", kind="case", key=str(number % 2), number=number)
    assert seal_once(most=150) == 150
    seal_all()
    audit.record(audit.SYSTEM, "case.noted", kind="case", key="1", number=451)

    proofs = list(proofs_of(cast.viewer("administrator"), [("case", "1"), ("case", "1"), ("case", "3")]))

    assert [proof["seal"]["number"] for proof in proofs] == [1, 2, 3]
    told = [json.loads(record["text"])["data"]["number"] for proof in proofs for record in proof["records"]]
    assert told == list(range(1, 452, 2))
    for proof in proofs:
        for record in proof["records"]:
            before = proof["links"][record["at"] - 1] if record["at"] else proof["seal"]["previous"]
            assert linked(before, [record["text"]])[0].hex() == proof["links"][record["at"]]


# the export, checked by the script alone


@pytest.fixture
def exported(sealed: None, tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    assert export(path) == (3, 9)
    return path


def stranger(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger would: another interpreter, isolated, nothing but the standard library."""
    return subprocess.run([sys.executable, "-I", "-S", SCRIPT, path, *options], capture_output=True, text=True)


def load_script() -> Any:
    spec = importlib.util.spec_from_file_location("verify_audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Checked:
    returncode: int
    stdout: str
    stderr: str


def check(path: Path, *options: str) -> Checked:
    """The same in this process, because it is done many times."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = load_script().main([str(path), *options])
    return Checked(code, out.getvalue(), err.getvalue())


def test_the_export_is_intact_for_a_stranger(exported: Path) -> None:
    found = stranger(exported)
    assert found.returncode == 0, found.stderr
    assert "intact: 9 records in 3 blocks" in found.stdout
    assert "note: the keys come from the file itself" in found.stdout
    exported.write_bytes(exported.read_bytes().replace(b"case.returned", b"case.returnee", 1))
    assert stranger(exported).returncode == 1


def test_the_published_key_is_recognised_and_another_is_not(exported: Path) -> None:
    from citybrain.base.crypto import signing_key

    assert check(exported, "--key", signing_key().public.hex()).returncode == 0
    assert check(exported, "--key", signing_key().id, "--last-signature-only").returncode == 0
    found = check(exported, "--key", "0123456789abcdef")
    assert found.returncode == 1
    assert "none of those given" in found.stderr


def without(line: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: lines[:line] + lines[line + 1 :]


def exchanged(one: int, other: int) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    return change


def replaced(line: int, old: bytes, new: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        assert old in lines[line]
        lines[line] = lines[line].replace(old, new, 1)
        return lines

    return change


# lines: 0 head, 1-3 records, 4 block, 5-7 records, 8 block, 9-11 records, 12 block, 13 end
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (replaced(5, b"case.returned", b"case.returnee"), "records of block 2 are not the ones that were sealed"),
        (without(5), "block 2 sealed 3 records, 2 are here"),
        (exchanged(5, 6), "records of block 2 are not the ones that were sealed"),
        (exchanged(2, 6), "records of block 1 are not the ones that were sealed"),
        (lambda lines: lines[:7], "cut short"),
        (lambda lines: lines[:13], "cut short"),
        (lambda lines: lines[:9] + lines[13:], "the end counts"),
        (lambda lines: lines[:5] + lines[9:], "block 2 is missing"),
        (lambda lines: lines[:13] + lines[5:7] + lines[13:], "before the end are not sealed"),
        (lambda lines: [*lines, b"{}\n"], "after the end"),
        (replaced(8, b'"total":6', b'"total":5'), "the signature of block 2 is wrong"),
        (replaced(8, b'"signature":"30', b'"signature":"31'), "the signature of block 2 is wrong"),
        (replaced(13, b'"records":9', b'"records":8'), "the signature of the end is wrong"),
        (replaced(8, b'"number":2', b'"number":"2'), "cannot be read"),
        (replaced(0, b'":"04', b'":"05'), "which is not in the head"),
    ],
)
def test_every_change_to_the_export_is_found(exported: Path, change: Any, words: str) -> None:
    exported.write_bytes(b"".join(change(exported.read_bytes().splitlines(keepends=True))))
    found = check(exported)
    assert found.returncode == 1
    assert words in found.stderr


def test_any_flipped_bit_of_the_records_and_seals_is_found(exported: Path) -> None:
    """Not every byte (that takes minutes), but one of every line at a place that moves on."""
    lines = exported.read_bytes().splitlines(keepends=True)
    for number in range(1, len(lines)):
        place = (number * 37) % (len(lines[number]) - 1)
        changed = bytearray(lines[number])
        changed[place] ^= 1
        exported.write_bytes(b"".join([*lines[:number], bytes(changed), *lines[number + 1 :]]))
        assert check(exported).returncode == 1, (number, place)


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b'{"format":"citybrain audit 9","keys":{}}\n', b"[]\n", b"\xff\xfe"]
)
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    found = check(path)
    assert found.returncode == 2
    assert "not readable" in found.stderr


# the script's own cryptography


def test_the_script_hashes_like_openssl() -> None:
    script = load_script()
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000):
        data = bytes(range(256)) * 4
        assert script.sm3_plain(data[:size]) == script.sm3_of_openssl(data[:size])


def test_the_script_verifies_what_the_provider_signs_and_nothing_else() -> None:
    from citybrain.base.crypto import SUITE

    script = load_script()
    for number in range(8):
        private = SUITE.new_private_key()
        public, message = SUITE.public_key(private), b"block %d" % number
        signature = SUITE.sign(private, message)
        assert script.sm2_verify(public, message, signature)
        assert not script.sm2_verify(public, message + b".", signature)
        assert not script.sm2_verify(SUITE.public_key(SUITE.new_private_key()), message, signature)
        for broken in (
            b"",
            signature[:-1],
            signature + b"\0",
            signature[:9] + bytes([signature[9] ^ 1]) + signature[10:],
        ):
            assert script.sm2_verify(public, message, broken) is SUITE.verify(public, message, broken) is False
