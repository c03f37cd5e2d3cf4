"""Everything that is read of appeals: by citizens with a code or without, and by staff within their duties."""

from citybrain.applications.governance.appeals.queries.declared import declared
from citybrain.applications.governance.appeals.queries.near import near_duplicates, public_cases
from citybrain.applications.governance.appeals.queries.pictures import get_shown_picture, list_pictures
from citybrain.applications.governance.appeals.queries.portal import portal
from citybrain.applications.governance.appeals.queries.tracking import find_appeal, track, tracked
from citybrain.applications.governance.appeals.queries.voices import voices

__all__ = [
    "declared",
    "find_appeal",
    "get_shown_picture",
    "list_pictures",
    "near_duplicates",
    "portal",
    "public_cases",
    "track",
    "tracked",
    "voices",
]
