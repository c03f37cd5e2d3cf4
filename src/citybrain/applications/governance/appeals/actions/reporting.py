"""A citizen tells the city of something."""

from __future__ import annotations

from django.db import transaction

from citybrain.applications.governance.appeals import throttling
from citybrain.applications.governance.appeals.actions.receiving import (
    find_sent,
    keep_appeal,
    receive_signal,
    take_of_phone,
)
from citybrain.applications.governance.appeals.queries.declared import Declared, declared
from citybrain.applications.governance.appeals.types import PORTAL, REPORT, NewReport, Receipt
from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.files.actions import upload_file
from citybrain.base.files.models import File
from citybrain.base.places.models import City
from citybrain.hubs.business.cases.queries import case_types
from citybrain.hubs.business.signals.models import Signal


def upload_picture(*, address: str, name: str, data: bytes, sender: Viewer | None = None) -> File:
    """Keep one photo, drawn anew without EXIF, for a day: a report names its key, or it is swept.

    Raises TooMany, BadInput for what is no picture, TooLarge.
    """
    if not is_exempt(sender):
        throttling.take(throttling.UPLOADS, address)
    return upload_file(actor=PORTAL, name=name, data=data, pictures_only=True)


def is_exempt(sender: Viewer | None) -> bool:
    """Whether somebody with a token reports for many people from one address (another department's app)."""
    return sender is not None and sender.kind == "token" and sender.may("signal.report")


def report(new: NewReport, *, address: str, sender: Viewer | None = None) -> Receipt:
    """Take a citizen's report; the code in the receipt is told this once.

    Sent again with the same `request_key`, the same report gives the same receipt and nothing new. Raises TooMany for
    an address or telephone that reports too much, BadInput for what cannot be a report, and nothing is kept then.
    """
    sent = find_sent(new, REPORT)
    if sent is not None:
        return sent
    if not is_exempt(sender):
        throttling.take(throttling.REPORTS, address)
    take_of_phone(new.phone)
    return _report(new, sender)


@transaction.atomic
def _report(new: NewReport, sender: Viewer | None) -> Receipt:
    words = declared()
    category = words.category(new.category)
    title = category.title.zh if category else ""
    if not new.text and not title:
        raise BadInput("input.invalid", fields=(FieldError("text", "appeal.says_nothing"),))
    if new.lon is None and not new.address:
        raise BadInput("input.invalid", fields=(FieldError("address", "appeal.where"),))
    signal = receive_signal(
        subject="" if new.text else title,
        text=new.text,
        lon=new.lon,
        lat=new.lat,
        crs=new.crs if new.lon is not None else None,
        precision_m=new.precision_m if new.lon is not None else None,
        address=new.address,
        case_type=_type_of(words, new.category),
        reporter={"name": new.name, "phone": new.phone} if new.name or new.phone else None,
    )
    _check_in_city(signal)
    return keep_appeal(signal, new, kind=REPORT, category=new.category, sender=sender)


def _type_of(words: Declared, key: str) -> str:
    """The kind of case that a category means, where this city has it; else the words decide."""
    category = words.category(key)
    kind = case_types().get(category.case_type) if category and category.case_type else None
    return kind.code if kind and kind.is_active else ""


def _check_in_city(signal: Signal) -> None:
    """Raises BadInput for a point outside the city, where the city's outline is known."""
    if signal.lon is None or signal.region_path:
        return
    city = City.objects.select_related("root").first()
    if city is not None and city.root.boundaries.filter(valid_to=None).exists():
        raise BadInput("input.invalid", fields=(FieldError("lon", "appeal.outside", {"city": city.name}),))
