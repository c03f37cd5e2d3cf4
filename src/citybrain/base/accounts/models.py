"""Who works with the city's system, for whom, where, and with which keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from citybrain.base.accounts.roles import ROLES
from citybrain.base.accounts.types import Grant, Scope, grant_of
from citybrain.base.querying import PathField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=User.normalize_username(username or ""))


class User(AbstractBaseUser):
    """A person with an account: staff of an organisation, or a citizen. What he may do stands in his duties."""

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64, blank=True)
    organisation = models.ForeignKey(
        "parties.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    is_active = models.BooleanField(default=True)
    security_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    SCOPE = Scope(
        kind="account",
        read="account.read",
        columns={"organisation_path": "organisation__path", "region_path": "organisation__region__path"},
        key="username",
    )

    objects = UserManager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return super().normalize_username(username).strip().casefold()

    @property
    def actor_key(self) -> str:
        return f"user:{self.pk}"

    @property
    def actor_label(self) -> str:
        return self.display_name or self.username

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """A session is bound to the password and to the epoch: when either changes, it ends with the next request."""
        key_salt = "citybrain.base.accounts.models.User.get_session_auth_hash"
        text = f"{self.password}:{self.security_epoch}"
        return salted_hmac(key_salt, text, secret=secret, algorithm="sha256").hexdigest()


class Duty(models.Model):
    """A role that a user has for an organisation subtree and a region subtree, from when until when (city time)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duties")
    role = models.CharField(max_length=32)
    organisation_path = PathField(default="/")
    region_path = PathField(default="/")
    level = models.PositiveSmallIntegerField(default=2)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="a_duty_reads_levels_1_to_4"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="a_duty_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.organisation_path} {self.region_path}"

    def grant(self) -> Grant:
        return grant_of(
            ROLES[self.role],
            organisation_path=self.organisation_path,
            region_path=self.region_path,
            level=self.level,
        )


class IngestMode(models.TextChoices):
    """Which times a token's readings may carry: `live` the last 7 days to 5 minutes ahead, `history` any past time."""

    LIVE = "live"
    HISTORY = "history"


class Token(models.Model):
    """A key for a machine: a device gateway, another department's system. Only the hash of the secret is kept."""

    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=16)
    hash = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens")
    role = models.CharField(max_length=32)
    organisation_path = PathField(default="/")
    region_path = PathField(default="/")
    level = models.PositiveSmallIntegerField(default=1)
    ingest_mode = models.CharField(max_length=8, choices=IngestMode.choices, default=IngestMode.LIVE)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    SCOPE = Scope(
        kind="token",
        read="account.read",
        columns={"organisation_path": "organisation_path", "region_path": "region_path"},
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(level__range=(1, 4)), name="a_token_reads_levels_1_to_4")]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def actor_key(self) -> str:
        return f"token:{self.pk}"

    @property
    def actor_label(self) -> str:
        return self.name

    def grant(self) -> Grant:
        return grant_of(
            ROLES[self.role],
            organisation_path=self.organisation_path,
            region_path=self.region_path,
            level=self.level,
        )


class SignInThrottle(models.Model):
    """How often somebody failed to sign in lately: by browser, address or name; the key is a hash and no name."""

    key = models.CharField(max_length=64, unique=True)
    attempts = models.PositiveIntegerField(default=0)
    window_started_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key[:8]}… {self.attempts}"
