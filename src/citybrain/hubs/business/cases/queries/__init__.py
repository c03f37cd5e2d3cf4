"""Everything that is read of casework."""

from citybrain.hubs.business.cases.queries.calendaring import calendars, get_year, missing_years, read_year_file
from citybrain.hubs.business.cases.queries.catalogue import case_types, catalogue, type_for_label
from citybrain.hubs.business.cases.queries.clocks import count_due, latest_self_tests, list_clocks
from citybrain.hubs.business.cases.queries.detail import case_detail, case_view, get_case_detail, possible_steps
from citybrain.hubs.business.cases.queries.loops import drawing_of, get_loop, list_case_types, list_loops
from citybrain.hubs.business.cases.queries.mapping import CasePoint, case_points, cases_by_cell
from citybrain.hubs.business.cases.queries.reading import (
    CaseFilter,
    cases_by_key,
    cases_by_number,
    count_cases,
    find_cases,
    first_cases,
    get_case,
    kinds_below,
    neighbours_of,
)
from citybrain.hubs.business.cases.queries.reports import (
    is_open,
    numbers_held_within,
    visible_numbers,
)
from citybrain.hubs.business.cases.queries.responsibilities import (
    get_responsibility,
    list_responsibilities,
    organisation_for,
    what_if,
)
from citybrain.hubs.business.cases.queries.reviewing import rehearse_line, review_responsibilities
from citybrain.hubs.business.cases.queries.showing import csv_lines, feature_collection
from citybrain.hubs.business.cases.queries.timeline import finishing_notes, timeline

__all__ = [
    "CaseFilter",
    "CasePoint",
    "calendars",
    "case_detail",
    "case_points",
    "case_types",
    "case_view",
    "cases_by_cell",
    "cases_by_key",
    "cases_by_number",
    "catalogue",
    "count_cases",
    "count_due",
    "csv_lines",
    "drawing_of",
    "feature_collection",
    "find_cases",
    "finishing_notes",
    "first_cases",
    "get_case",
    "get_case_detail",
    "get_loop",
    "get_responsibility",
    "get_year",
    "is_open",
    "kinds_below",
    "latest_self_tests",
    "list_case_types",
    "list_clocks",
    "list_loops",
    "list_responsibilities",
    "missing_years",
    "neighbours_of",
    "numbers_held_within",
    "organisation_for",
    "possible_steps",
    "read_year_file",
    "rehearse_line",
    "review_responsibilities",
    "timeline",
    "type_for_label",
    "visible_numbers",
    "what_if",
]
