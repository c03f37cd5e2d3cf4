"""Settings of every Django process. All of them come from the environment or from the data directory.

| variable               | meaning                                                    | default |
|------------------------|------------------------------------------------------------|---------|
| CITYBRAIN_DATA         | the data directory: database, readings, files, logs, keys  | `var` |
| CITYBRAIN_DATABASE_URL | `postgresql://user:password@host:port/name`                | SQLite in CITYBRAIN_DATA |
| CITYBRAIN_PORT         | port of `web`; +1 `sense`, +2 `live`, +3 MQTT              | 8000 |
| CITYBRAIN_HOSTS        | host names that `web` answers to, separated by commas      | loopback |
| CITYBRAIN_ORIGINS      | origins (https://…) trusted for sign-in, by commas         | none |
| CITYBRAIN_SENSE_URL    | where `web` reaches `sense`                                | port + 1 on loopback |
| CITYBRAIN_LIVE_URL     | where browsers reach `live`                                | port + 2 on loopback |
| CITYBRAIN_PUBLIC_URL   | the address of the city for people, for links in mail      | `web` on loopback |
| CITYBRAIN_SMTP_HOST    | the mail server for notices                                | none: mail is off |
| CITYBRAIN_SMTP_PORT    | its port                                                   | 587, 465 or 25 |
| CITYBRAIN_SMTP_TLS     | `starttls`, `tls` (from the first byte) or `none`          | starttls |
| CITYBRAIN_SMTP_USER    | the user there                                             | none: without signing in |
| CITYBRAIN_SMTP_PASSWORD | its password; or CITYBRAIN_SMTP_PASSWORD_FILE, the path of a file | none |
| CITYBRAIN_SMTP_FROM    | the sender of mail                                         | `citybrain@` that host |
| CITYBRAIN_WEBHOOK_TARGETS | networks not public that webhooks may reach, by commas  | none |
| CITYBRAIN_DIGEST_AT    | when (city time) those who run the platform hear what is broken | 07:30 |
| CITYBRAIN_WEBHOOK_DAYS | after how many days of failure a webhook is switched off   | 5 |
| CITYBRAIN_BUS_DAYS     | how long events that everybody has had stay in the outbox  | 90 |
| CITYBRAIN_PAGES        | the folder of the built pages                              | beside the code |
| CITYBRAIN_PUBLIC_REPORTS | reports an hour that the portal takes from one address   | 30 |
| CITYBRAIN_HUNG_SECONDS | how long a process may show no sign of life before it is started anew; 0: never | 180 |
| CITYBRAIN_SYNC         | `full`: commits are on the disk when acknowledged; `normal`: soon after | full |
| CITYBRAIN_BACKUPS      | the folder of nightly backups; without it none are made    | none |
| CITYBRAIN_BACKUP_TIME  | when they are made, in the city's own zone                 | 03:00 |
| CITYBRAIN_BACKUPS_KEPT | how many of them are kept                                  | 7 |
| CITYBRAIN_DISK_WARN    | health and doctor warn below so many MiB of free space     | 2048 |
| CITYBRAIN_DISK_RESERVE | `sense` takes no readings below so many MiB of free space  | 512 |
| CITYBRAIN_LOG          | how much is logged: DEBUG, INFO, WARNING, ERROR            | INFO |
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from citybrain.guarantees.maintenance.agreed import backup_folder, backup_time, backups_kept
from citybrain.hubs.sensing.ingest.room import RESERVE, mebibytes_from
from citybrain.site.database import database_from_url, sqlite_database
from citybrain.site.datadir import secret_key
from citybrain.site.outward import digest_time, networks_of, public_url, smtp_server
from citybrain.site.pages.serving import add_headers
from citybrain.site.ports import port_of

VERSION = version("citybrain")
DATA_DIR = Path(os.environ.get("CITYBRAIN_DATA", "var")).resolve()
PORT = port_of(os.environ.get("CITYBRAIN_PORT", "8000"))
SENSE_URL = os.environ.get("CITYBRAIN_SENSE_URL", f"http://127.0.0.1:{PORT + 1}")
LIVE_URL = os.environ.get("CITYBRAIN_LIVE_URL", f"http://127.0.0.1:{PORT + 2}")
PAGES_DIR = Path(os.environ.get("CITYBRAIN_PAGES") or Path(__file__).resolve().parent / "pages" / "built")
PUBLIC_REPORTS_PER_HOUR = int(os.environ.get("CITYBRAIN_PUBLIC_REPORTS", "30"))
BUS_KEEP_DAYS = int(os.environ.get("CITYBRAIN_BUS_DAYS", "90"))
BACKUPS_DIR = backup_folder(os.environ.get("CITYBRAIN_BACKUPS", ""))
BACKUP_TIME = backup_time(os.environ.get("CITYBRAIN_BACKUP_TIME") or "03:00")
BACKUPS_KEPT = backups_kept(os.environ.get("CITYBRAIN_BACKUPS_KEPT") or "7")
DISK_WARN = mebibytes_from("CITYBRAIN_DISK_WARN", 2048)
DISK_RESERVE = mebibytes_from("CITYBRAIN_DISK_RESERVE", RESERVE)

PUBLIC_URL = public_url(os.environ, PORT)
SMTP = smtp_server(os.environ, PUBLIC_URL)
WEBHOOK_TARGETS = networks_of(os.environ.get("CITYBRAIN_WEBHOOK_TARGETS", ""))
DIGEST_AT = digest_time(os.environ.get("CITYBRAIN_DIGEST_AT") or "07:30")
WEBHOOK_DAYS = float(os.environ.get("CITYBRAIN_WEBHOOK_DAYS", "5"))

SECRET_KEY = secret_key(DATA_DIR)
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("CITYBRAIN_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CITYBRAIN_ORIGINS", "").split(",") if o]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = any(o.startswith("https://") for o in CSRF_TRUSTED_ORIGINS)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

_url = os.environ.get("CITYBRAIN_DATABASE_URL", "")
DATABASES: dict[str, dict[str, Any]] = {"default": database_from_url(_url) if _url else sqlite_database(DATA_DIR)}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "citybrain.base.audit",
    "citybrain.base.bus",
    "citybrain.base.places",
    "citybrain.base.parties",
    "citybrain.base.accounts",
    "citybrain.base.files",
    "citybrain.base.notices",
    "citybrain.base.jobs",
    "citybrain.base.packs",
    "citybrain.hubs.data.facts",
    "citybrain.hubs.sensing.things",
    "citybrain.hubs.sensing.alarms",
    "citybrain.hubs.business.cases",
    "citybrain.hubs.business.signals",
    "citybrain.applications.operations.desk",
    "citybrain.applications.operations.indicators",
    "citybrain.applications.operations.cockpit",
    "citybrain.applications.operations.reports",
    "citybrain.lab.demo",
    "citybrain.guarantees.maintenance",
    "citybrain.lab.rehearsal",
    "citybrain.guarantees.watching",
    "citybrain.applications.governance.appeals",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["citybrain.base.accounts.backend.SessionBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MIDDLEWARE = [
    "citybrain.site.http.middleware.Shell",
    "django.middleware.security.SecurityMiddleware",
    "citybrain.site.pages.files.BuiltFiles",
    "citybrain.site.http.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPEND_SLASH = False  # an address that is not there is not there: no guessing by redirect
ROOT_URLCONF = "citybrain.site.urls"
WSGI_APPLICATION = "citybrain.site.wsgi.application"
TEMPLATES: list[dict[str, Any]] = []

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # stored and computed in UTC; every city has a time zone of its own for what people read
STATIC_URL = "/assets/"
STATIC_ROOT = PAGES_DIR / "assets"
WHITENOISE_IMMUTABLE_FILE_TEST = ".+"  # the build names every file there by a hash of its content
WHITENOISE_ADD_HEADERS_FUNCTION = add_headers
WHITENOISE_ALLOW_ALL_ORIGINS = False
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("CITYBRAIN_LOG", "INFO")},
}
