"""Personal fields at rest: unreadable without the key, found by their hash, still readable after a rotation."""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path
from typing import Any

import pytest

from citybrain.base import crypto
from citybrain.base.crypto.keys import MASTER, SIGN, data_folder

PHONE = "13800138000"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def rotate(folder: Path) -> None:
    """A new key on top of `master.key`."""
    path = folder / MASTER
    before = path.stat().st_mtime_ns
    path.write_text(secrets.token_hex(32) + "\n" + path.read_text(encoding="ascii"), encoding="ascii")
    os.utime(path, ns=(before + 1_000_000_000, before + 1_000_000_000))


@pytest.mark.parametrize("text", [PHONE, "", "张三,湖北省襄阳市樊城区", "a" * 5000, "\n\0"])
def test_a_field_opens_to_what_was_sealed(folder: Path, text: str) -> None:
    sealed = crypto.seal_field(text)
    assert crypto.open_field(sealed) == text
    assert sealed.isascii()
    assert text == "" or text not in sealed


def test_the_same_text_seals_differently_and_hashes_equally(folder: Path) -> None:
    assert crypto.seal_field(PHONE) != crypto.seal_field(PHONE)
    assert crypto.lookup_hash(PHONE) == crypto.lookup_hash(PHONE)
    assert crypto.lookup_hash(" 13800138000 ") == crypto.lookup_hash(PHONE)  # full width, and spaces around
    assert crypto.lookup_hash("13800138001") != crypto.lookup_hash(PHONE)


def test_another_data_directory_neither_opens_nor_finds(folder: Path, settings: Any, tmp_path: Path) -> None:
    sealed, found = crypto.seal_field(PHONE), crypto.lookup_hash(PHONE)
    settings.DATA_DIR = tmp_path / "another"
    with pytest.raises(crypto.Tampered, match=r"not in master\.key"):
        crypto.open_field(sealed)
    assert crypto.lookup_hash(PHONE) != found


@pytest.mark.parametrize("change", [
    lambda s: s[:-2] + ("A" if s[-2] != "A" else "B") + s[-1], lambda s: s[: len(s) // 2], lambda s: "",
    lambda s: PHONE, lambda s: s.replace("sm4.1", "sm4.2"), lambda s: s + "!", lambda s: s.rsplit(".", 1)[0] + ".",
])  # fmt: skip
def test_a_changed_field_is_refused(folder: Path, change: Any) -> None:
    with pytest.raises(crypto.Tampered):
        crypto.open_field(change(crypto.seal_field(PHONE)))


def test_after_a_rotation_old_fields_open_and_new_ones_use_the_new_key(folder: Path) -> None:
    old, old_hash = crypto.seal_field(PHONE), crypto.lookup_hash(PHONE)
    rotate(folder)
    assert crypto.open_field(old) == PHONE
    new = crypto.seal_field(PHONE)
    assert new.split(".")[2] != old.split(".")[2]
    assert crypto.lookup_hash(PHONE) != old_hash
    assert crypto.lookup_hashes(PHONE) == [crypto.lookup_hash(PHONE), old_hash]


def test_keys_are_made_once_and_readable_by_their_owner_only(folder: Path) -> None:
    crypto.seal_field(PHONE)
    key = crypto.signing_key()
    for name in (MASTER, SIGN):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert crypto.signing_key().public == key.public
    assert crypto.SUITE.verify(key.public, b"m", key.sign(b"m"))
    assert sorted(path.name for path in folder.iterdir()) == [MASTER, SIGN]


def test_threads_that_need_a_first_key_at_once_get_the_same(folder: Path) -> None:
    found: list[str] = []
    barrier = threading.Barrier(6)

    def ask() -> None:
        barrier.wait()
        found.append(crypto.signing_key().id + crypto.lookup_hash(PHONE))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "zz", "00ff", "\n\n"])
def test_a_key_file_that_holds_no_key_is_refused_by_name(folder: Path, content: str) -> None:
    (folder / MASTER).write_text(content, encoding="ascii")
    with pytest.raises(ValueError, match=r"master\.key"):
        crypto.seal_field(PHONE)


def test_the_data_directory_is_the_sites(folder: Path) -> None:
    assert data_folder() == folder
