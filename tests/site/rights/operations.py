"""Trace: whoever may see a fact may see what led to it, as far as each hop is his."""

from __future__ import annotations

from tests.cast import Cast
from tests.site.rights import WATCHING, Row, Target
from tests.site.rights.casework import a_case


def a_chain(cast: Cast) -> Target:
    case = a_case(cast)
    return Target({"kind": "case", "key": case.params["number"]}, marker=case.marker)


ROWS = [Row("GET", "/trace/{kind}/{key}", WATCHING, a_chain)]
