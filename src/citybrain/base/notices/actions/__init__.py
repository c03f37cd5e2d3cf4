"""Every write of notices: sending them, choosing how they come, and the addresses that machines gave."""

from citybrain.base.notices.actions.hooking import (
    change_webhook,
    create_webhook,
    delete_webhook,
    follow_outbox,
    renew_secret,
    try_webhook,
)
from citybrain.base.notices.actions.outgoing import deliver_outgoing
from citybrain.base.notices.actions.preferring import set_preferences, set_role_preferences, try_mail
from citybrain.base.notices.actions.sending import (
    deliver_due,
    mark_all_read,
    mark_read,
    notify,
    prune,
    retry_notice,
    settle,
)

__all__ = [
    "change_webhook",
    "create_webhook",
    "delete_webhook",
    "deliver_due",
    "deliver_outgoing",
    "follow_outbox",
    "mark_all_read",
    "mark_read",
    "notify",
    "prune",
    "renew_secret",
    "retry_notice",
    "set_preferences",
    "set_role_preferences",
    "settle",
    "try_mail",
    "try_webhook",
]
