"""Fields above a duty's level come masked; personal ones always do."""

from __future__ import annotations

import pytest

from citybrain.base import crypto
from citybrain.base.accounts import Grant, Viewer, mask, system_viewer
from citybrain.base.accounts.actions import open_personal
from citybrain.base.accounts.masking import masked
from citybrain.base.errors import BadInput, Forbidden


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "张小凡", "张**"),
        ("name", "欧阳娜娜", "欧阳**"),
        ("name", "张", "张*"),
        ("phone", "13800001234", "138****1234"),
        ("phone", "0710-3512345", "071*****2345"),
        ("phone", "110", "*10"),
        ("id_card", "420602199001011234", "420***********1234"),
        ("id_card", "1234", "****"),
        ("plate", "鄂F12345", "鄂F1**45"),
        ("email", "zhang@example.cn", "z****@example.cn"),
        ("address", "湖北省襄阳市樊城区人民路1号", "湖北省襄阳市****"),
        ("text", "住在三楼", "******"),
    ],
)
def test_a_masked_value_keeps_what_helps_and_hides_what_tells(kind, value, shown):
    assert masked(value, kind) == shown


@pytest.mark.parametrize("kind", ["name", "phone", "id_card", "plate", "email", "address", "text"])
@pytest.mark.parametrize("value", ["", "a", "张三", "x" * 3, "13800001234", "y" * 200])
def test_no_kind_breaks_on_any_length(kind, value):
    assert value == "" or masked(value, kind) != value


def viewer(*grants):
    return Viewer("user", 1, "user:1", "somebody", grants)


LOOKS = frozenset({"signal.read"})


def test_the_duty_that_reaches_the_row_decides():
    """Level 3 in one county says nothing about a row of another."""
    both = viewer(Grant("x", LOOKS, region_path="/42/a/", level=3), Grant("x", LOOKS, region_path="/42/b/", level=1))
    here = {"region_path": "/42/a/1/", "organisation_path": ""}
    there = {"region_path": "/42/b/1/", "organisation_path": ""}

    assert mask("13800001234", "phone", 3, both, on=here) == "13800001234"
    assert mask("13800001234", "phone", 3, both, on=there) == "138****1234"
    assert mask("13800001234", "phone", 3, both) == "138****1234"
    assert mask("张三", "name", 1, both, on=there) == "张三"


def test_personal_fields_are_never_plain_in_passing():
    assert mask("张三", "name", 4, system_viewer()) == "张*"


def test_opening_a_personal_field_asks_for_a_purpose_and_stays_on_record(cast):
    from citybrain.base.audit.models import Record
    from citybrain.base.bus.models import OutboxEvent

    user, sealed = cast.user("citizen"), crypto.seal_field("13800001234")

    assert (
        open_personal(sealed, actor=cast.viewer("administrator"), on=user, field="phone", purpose="回访")
        == "13800001234"
    )

    record = Record.objects.get(action="person.revealed")
    assert "回访" in str(record.data)
    assert "1234" not in str(record.data)
    assert OutboxEvent.objects.filter(type="person.revealed").count() == 1
    with pytest.raises(BadInput):
        open_personal(sealed, actor=cast.viewer("administrator"), on=user, field="phone", purpose=" ")
    with pytest.raises(Forbidden):
        open_personal(sealed, actor=cast.viewer("handler"), on=user, field="phone", purpose="好奇")
