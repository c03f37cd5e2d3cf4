"""Everything that is read of parties."""

from __future__ import annotations

from citybrain.base.errors import NotFound
from citybrain.base.parties.models import Organisation


def organisation_of(code: str) -> Organisation:
    """The organisation with this code; raises NotFound `party.unknown_organisation`."""
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise NotFound("party.unknown_organisation", organisation=code)
    return found
