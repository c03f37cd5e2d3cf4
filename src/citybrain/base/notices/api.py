"""The HTTP door of notices: everybody's own inbox, and the failures for operations."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from ninja import Field, Query, Router, Schema, Status

from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged
from citybrain.base.notices import actions, queries
from citybrain.base.notices.models import Letter
from citybrain.base.notices.schemas import (
    PreferencesGiven,
    PreferencesShown,
    RolePreferencesGiven,
    WebhookChange,
    WebhookCreate,
    WebhookHears,
    WebhookSecret,
    WebhookShown,
)
from citybrain.base.notices.texts import link_of, text_of

router = Router(tags=["notices"])


class LetterShown(Schema):
    """A notice in your inbox, in the language of the request."""

    id: int = Field(examples=[41])
    key: str = Field(examples=["case.dispatched"])
    subject: str = Field(description="What it is about", examples=["case/HX20260302000001"])
    link: str = Field(description="The page it is about; empty when there is none", examples=["/console/cases/HX1"])
    title: str = Field(examples=["新任务：HX20260302000001"])
    text: str = Field(examples=["请于 2026-03-02 17:00 前办结"])
    data: dict[str, Any] = Field(examples=[{"number": "HX20260302000001"}])
    cause: str | None = Field(description="The event that caused it")
    delivered_at: datetime = Field(description="City time")
    read_at: datetime | None = Field(description="City time; null while you have not read it")
    settled_at: datetime | None = Field(description="City time; its matter went on before you read it")


class LettersAsked(Schema):
    unread: bool = Field(False, description="Only unread ones whose matter stands as it stood")
    key: str = Field("", max_length=80, description="Only of this kind", examples=["case.escalated"])


class Unread(Schema):
    unread: int = Field(description="At most 100", examples=[3])


class Marked(Schema):
    marked: int = Field(examples=[3])


class NoticeFailure(Schema):
    """A notice that could not be delivered."""

    id: int = Field(examples=[17])
    recipient: str = Field(examples=["organisation:5"])
    channel: str = Field(examples=["in_app"])
    key: str = Field(examples=["case.dispatched"])
    subject: str = Field(examples=["case/HX20260302000001"])
    state: str = Field(description="failed: tried again at `next_at`; dead: given up", examples=["failed"])
    attempts: int = Field(examples=[2])
    error: str = Field(examples=["nobody there"])
    created_at: datetime
    next_at: datetime


def shown(letter: Letter, language: str, zone: tzinfo) -> dict[str, Any]:
    notice = letter.notice
    title, text = text_of(notice.key).render(notice.data, language, zone)
    fields = {"id": letter.pk, "key": notice.key, "subject": notice.subject, "title": title, "text": text}
    fields["link"] = link_of(notice.key, notice.subject)
    times = {"delivered_at": letter.delivered_at, "read_at": letter.read_at, "settled_at": letter.settled_at}
    return {**fields, "data": notice.data, "cause": notice.cause, **times}


@router.get("/notices", response=PageOf[LetterShown])
def list_letters(request: CityRequest, asked: Query[LettersAsked], paging: Query[Paging]) -> Any:
    """Your notices, the newest first."""
    page = paged(queries.letters(request.viewer, unread=asked.unread, key=asked.key), paging, order=("-id",))
    zone = queries.time_zone()
    return {"items": [shown(letter, request.language, zone) for letter in page.items], "next": page.next}


@router.get("/notices/unread", response=Unread)
def count_unread(request: CityRequest) -> Any:
    """How many of your notices are unread."""
    return {"unread": queries.count_unread(request.viewer)}


@router.post("/notices/{int:number}/read", response=LetterShown)
def mark_read(request: CityRequest, number: int) -> Any:
    """Mark one of your notices as read."""
    letter = actions.mark_read(queries.get_letter(request.viewer, number), actor=request.viewer)
    return shown(letter, request.language, queries.time_zone())


@router.post("/notices/read", response=Marked)
def mark_all_read(request: CityRequest) -> Any:
    """Mark all your notices as read."""
    return {"marked": actions.mark_all_read(queries.letters(request.viewer), actor=request.viewer)}


@router.get("/notices/failures", response=PageOf[NoticeFailure])
def list_failures(request: CityRequest, paging: Query[Paging]) -> Any:
    """Notices that could not be delivered, the newest first."""
    return paged(queries.failures(request.viewer), paging, order=("-id",))


@router.get("/notices/states", response=dict[str, int])
def count_states(request: CityRequest) -> Any:
    """How many notices are due, sent, failed, dead and withdrawn because their matter went on."""
    return queries.states(request.viewer)


@router.post("/notices/failures/{int:number}/retry", response=NoticeFailure)
def retry_notice(request: CityRequest, number: int) -> Any:
    """Deliver a failed notice again."""
    return actions.retry_notice(queries.get_failure(request.viewer, number), actor=request.viewer)


@router.get("/notices/preferences", response=PreferencesShown)
def show_preferences(request: CityRequest) -> Any:
    """How notices come to you, and which kinds there are."""
    return queries.preferences(request.viewer)


@router.put("/notices/preferences", response=PreferencesShown)
def set_preferences(request: CityRequest, body: PreferencesGiven) -> Any:
    """Keep your mail address and language, and which kinds come by mail."""
    actions.set_preferences(actor=request.viewer, **body.dict())
    return queries.preferences(request.viewer)


@router.post("/notices/mail/test", response={202: None})
def try_mail(request: CityRequest) -> Any:
    """Send yourself a letter that says that mail works."""
    actions.try_mail(actor=request.viewer)
    return Status(202, None)


@router.get("/notices/role-preferences", response=dict[str, list[str]])
def show_role_preferences(request: CityRequest) -> Any:
    """Which kinds everybody with a role gets by mail, unless he chose otherwise."""
    return queries.role_preferences(request.viewer)


@router.put("/notices/role-preferences/{role}", response=dict[str, list[str]])
def set_role_preferences(request: CityRequest, role: str, body: RolePreferencesGiven) -> Any:
    """Say what everybody with a role gets by mail."""
    actions.set_role_preferences(role, actor=request.viewer, **body.dict())
    return queries.role_preferences(request.viewer)


@router.get("/webhooks", response=PageOf[WebhookShown])
def list_webhooks(request: CityRequest, paging: Query[Paging]) -> Any:
    """Your webhooks; all of them for whoever runs the platform."""
    return paged(queries.webhooks(request.viewer), paging, order=("-id",))


@router.get("/webhooks/hears", response=WebhookHears)
def list_heard(request: CityRequest) -> Any:
    """What a webhook of yours can hear: the families of events that you may see, and the kinds of notices."""
    return queries.can_hear(request.viewer)


@router.post("/webhooks", response={201: WebhookSecret})
def create_webhook(request: CityRequest, body: WebhookCreate) -> Any:
    """Register an address; its secret is shown this once."""
    webhook, secret = actions.create_webhook(actor=request.viewer, **body.dict())
    return Status(201, {"webhook": webhook, "secret": secret})


@router.patch("/webhooks/{int:number}", response=WebhookShown)
def change_webhook(request: CityRequest, number: int, body: WebhookChange) -> Any:
    """Change its name, address or what it hears, or switch it on or off."""
    webhook = queries.get_webhook(request.viewer, number)
    return actions.change_webhook(webhook, actor=request.viewer, **body.dict(exclude_none=True))


@router.delete("/webhooks/{int:number}", response={204: None})
def delete_webhook(request: CityRequest, number: int) -> Any:
    """Forget a webhook."""
    actions.delete_webhook(queries.get_webhook(request.viewer, number), actor=request.viewer)
    return Status(204, None)


@router.post("/webhooks/{int:number}/secret", response=WebhookSecret)
def renew_secret(request: CityRequest, number: int) -> Any:
    """A new secret, shown this once; the old one ends."""
    webhook = queries.get_webhook(request.viewer, number)
    return {"secret": actions.renew_secret(webhook, actor=request.viewer), "webhook": webhook}


@router.post("/webhooks/{int:number}/test", response={202: None})
def try_webhook(request: CityRequest, number: int) -> Any:
    """Send it an event that says nothing but that it is heard."""
    actions.try_webhook(queries.get_webhook(request.viewer, number), actor=request.viewer)
    return Status(202, None)
