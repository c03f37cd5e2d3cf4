"""A new pack from the template beside this file: right from the start, with its own test."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from citybrain.base.errors import BadInput, Conflict
from citybrain.base.packs.contents import files_of
from citybrain.base.packs.discovery import data_folder

TEMPLATE = Path(__file__).with_name("template")
KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
PLACEHOLDER = "KEY"


def make_pack(key: str, folder: Path | None = None) -> Path:
    """Make the folder of a new pack (in DIR/packs, or in `folder`); returns it.

    Raises BadInput for a key that cannot be one, Conflict when the folder is there already.
    """
    if not KEY.match(key) or len(key) > 32:
        raise BadInput("packs.key_wrong", key=key)
    target = (folder or data_folder()) / key
    if target.exists():
        raise Conflict("packs.exists", folder=str(target))
    for path in files_of(TEMPLATE):
        copy = target / path.relative_to(TEMPLATE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".yaml":
            copy.write_text(path.read_text(encoding="utf-8").replace(PLACEHOLDER, key), encoding="utf-8")
        else:
            shutil.copyfile(path, copy)
    return target
