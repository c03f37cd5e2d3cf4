"""Everything that is read of casework."""

from citybrain.hubs.business.cases.queries.catalogue import case_types, catalogue, type_for_label
from citybrain.hubs.business.cases.queries.near import open_cases_at, open_cases_near, open_cases_of_thing
from citybrain.hubs.business.cases.queries.reading import find_cases, get_case
from citybrain.hubs.business.cases.queries.responsibilities import organisation_for

__all__ = [
    "case_types",
    "catalogue",
    "find_cases",
    "get_case",
    "open_cases_at",
    "open_cases_near",
    "open_cases_of_thing",
    "organisation_for",
    "type_for_label",
]
