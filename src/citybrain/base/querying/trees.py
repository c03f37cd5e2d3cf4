"""Keeping the paths of a tree right: `/gov/urban/` holds the codes from the root down to the node."""

from __future__ import annotations

import re
from typing import Any

from django.core.validators import RegexValidator
from django.db.models import Max, Value
from django.db.models.functions import Concat, Length, Substr

from citybrain.base.errors import BadInput, Conflict
from citybrain.base.querying.paths import below

CODE_PATTERN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z")
CODE = RegexValidator(CODE_PATTERN.pattern, "letters, digits, dot, hyphen and underscore")
MAX_CODE = 64
MAX_PATH = 255


def check_code(code: str) -> str:
    """Raises BadInput `tree.code` for what cannot be a part of a path."""
    if len(code) > MAX_CODE or not CODE_PATTERN.match(code):
        raise BadInput("tree.code", value=code, limit=MAX_CODE)
    return code


def path_of(code: str, parent: Any | None) -> str:
    """The path of a node below `parent` (None: a root); raises BadInput `tree.too_deep` and `tree.code`."""
    path = f"{parent.path if parent is not None else '/'}{check_code(code)}/"
    if len(path) > MAX_PATH:
        raise BadInput("tree.too_deep", value=code, limit=MAX_PATH)
    return path


def move_subtree(node: Any, parent: Any | None) -> str:
    """Put a saved node, with everything below it, under another parent (None: make it a root); returns its old path.

    The subtree is one UPDATE of the paths in the caller's transaction; `node` is brought up to date. Raises Conflict
    `tree.circle` when the parent stands in the subtree, BadInput `tree.too_deep`.
    """
    rows = type(node)._default_manager
    old = str(rows.values_list("path", flat=True).get(pk=node.pk))
    if parent is not None and parent.path.startswith(old):
        raise Conflict("tree.circle", value=node.code, parent=parent.code)
    new = path_of(node.code, parent)
    subtree = rows.filter(below("path", old))
    longest = subtree.aggregate(longest=Max(Length("path")))["longest"]
    if longest - len(old) + len(new) > MAX_PATH:
        raise BadInput("tree.too_deep", value=node.code, limit=MAX_PATH)
    subtree.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    rows.filter(pk=node.pk).update(parent=parent)
    node.parent, node.path = parent, new
    return old
