"""Everything that is done to cases and to what is declared about them."""

from citybrain.hubs.business.cases.actions.calendaring import clear_year, recount_cases, set_year
from citybrain.hubs.business.cases.actions.linking import (
    absorb,
    close_by_source,
    merge_cases,
    note_case,
    release,
    retitle_case,
)
from citybrain.hubs.business.cases.actions.moving import lock_cases
from citybrain.hubs.business.cases.actions.opening import open_case, open_case_by_hand
from citybrain.hubs.business.cases.actions.performing import (
    accept_case,
    close_case,
    dispatch_case,
    finish_case,
    perform,
    reopen_case,
    return_case,
    supervise_case,
    transfer_case,
    verify_case,
)
from citybrain.hubs.business.cases.actions.responsibilities import (
    add_responsibility,
    change_responsibility,
    end_responsibility,
)

__all__ = [
    "absorb",
    "accept_case",
    "add_responsibility",
    "change_responsibility",
    "clear_year",
    "close_by_source",
    "close_case",
    "dispatch_case",
    "end_responsibility",
    "finish_case",
    "lock_cases",
    "merge_cases",
    "note_case",
    "open_case",
    "open_case_by_hand",
    "perform",
    "recount_cases",
    "release",
    "reopen_case",
    "retitle_case",
    "return_case",
    "set_year",
    "supervise_case",
    "transfer_case",
    "verify_case",
]
