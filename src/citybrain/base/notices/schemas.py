"""What goes in and out of the door where people and machines say how they want to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

from citybrain.base.accounts.http import Given

Key = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Choices = dict[Key, bool | None]


class NameShown(Schema):
    zh: str = Field(examples=["新任务"])
    en: str = Field(examples=["New task"])


class KindShown(Schema):
    """A kind of notice; it always lies in the inbox, and comes by mail where that was chosen."""

    key: str = Field(examples=["case.dispatched"])
    name: NameShown
    by_mail: bool = Field(examples=[False])
    own: bool | None = Field(description="Your own choice; null: as your duties have it", examples=[None])


class PreferencesShown(Schema):
    is_mail_on: bool = Field(description="Whether the city has a mail server", examples=[True])
    address: str = Field(description="Your mail address; empty: none", examples=["wang.fang@example.org"])
    language: str = Field(description="Of your mail", examples=["zh"])
    kinds: list[KindShown]


class PreferencesGiven(Given):
    address: str | None = Field(
        None, max_length=254, description="Left out: it stays; empty: forgotten", examples=["wang.fang@example.org"]
    )
    language: Literal["zh", "en"] = Field("zh", examples=["zh"])
    by_mail: Choices = Field({}, max_length=200, examples=[{"case.dispatched": True}])


class RolePreferencesGiven(Given):
    by_mail: Choices = Field(max_length=200, examples=[{"case.escalated": True}])


class WebhookCreate(Given):
    name: str = Field(min_length=1, max_length=64, examples=["排水公司调度"])
    url: str = Field(min_length=8, max_length=500, examples=["https://example.org/citybrain"])
    types: list[Key] = Field([], max_length=100, description="Types of events", examples=[["case.*", "alarm.fired"]])
    kinds: list[Key] = Field([], max_length=100, description="Kinds of notices to you", examples=[["case.dispatched"]])


class WebhookChange(Given):
    name: str | None = Field(None, min_length=1, max_length=64, examples=["排水公司调度"])
    url: str | None = Field(None, min_length=8, max_length=500, examples=["https://example.org/citybrain"])
    types: list[Key] | None = Field(None, max_length=100, examples=[["case.*"]])
    kinds: list[Key] | None = Field(None, max_length=100, examples=[["case.dispatched"]])
    is_active: bool | None = Field(None, examples=[True])


class WebhookShown(Schema):
    id: int = Field(examples=[3])
    owner: str = Field(examples=["integrator"])
    name: str = Field(examples=["排水公司调度"])
    url: str = Field(examples=["https://example.org/citybrain"])
    types: list[str] = Field(examples=[["case.*"]])
    kinds: list[str] = Field(examples=[["case.dispatched"]])
    is_active: bool = Field(examples=[True])
    created_at: datetime
    delivered_at: datetime | None = Field(description="The last that was taken")
    failing_since: datetime | None = Field(description="The first failure since then")
    switched_off_at: datetime | None = Field(description="When it was given up")
    error: str = Field(examples=["HTTP 500"])

    @staticmethod
    def resolve_owner(webhook: Any) -> str:
        return str(webhook.owner.username)


class WebhookSecret(Schema):
    """A webhook with its secret, which is shown this once."""

    webhook: WebhookShown
    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class KindNamed(Schema):
    key: str = Field(examples=["case.dispatched"])
    name: NameShown


class WebhookHears(Schema):
    families: list[str] = Field(examples=[["alarm", "case"]])
    kinds: list[KindNamed]
