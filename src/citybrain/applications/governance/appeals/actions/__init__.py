"""Everything that citizens do through the portal, and what staff decides about their photos."""

from citybrain.applications.governance.appeals.actions.checking import refuse_picture, show_picture
from citybrain.applications.governance.appeals.actions.following import follow
from citybrain.applications.governance.appeals.actions.keeping import keep_with_case, queue_evidence
from citybrain.applications.governance.appeals.actions.rating import rate
from citybrain.applications.governance.appeals.actions.reopening import reopen
from citybrain.applications.governance.appeals.actions.reporting import report, upload_picture
from citybrain.applications.governance.appeals.throttling import forget_old

__all__ = [
    "follow",
    "forget_old",
    "keep_with_case",
    "queue_evidence",
    "rate",
    "refuse_picture",
    "reopen",
    "report",
    "show_picture",
    "upload_picture",
]
