"""Django's settings. Everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from sportello.config import home as place

ROOT = Path(__file__).resolve().parent.parent
HOME = place.home()
#: Mode 0700; shared by the hosts of an installation that has several.
KEYS = place.keys()


def database(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?option=value` as Django wants it.

    `pooler=session` or `pooler=transaction` is an option of ours: what stands in between takes no settings when a
    connection begins (they are the role's, docs/operations/cluster.md), and with the second gives every transaction
    another connection, so that nothing is planned ahead on one.
    """
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    pooler = options.pop("pooler", "")
    if pooler not in ("", "session", "transaction"):
        raise ImproperlyConfigured("the option pooler of DATABASE_URL must be session or transaction.")
    if not pooler:
        # A writer that stays open holds every reader of the journal back (see journal/reader.py). What is planned
        # ahead (core/together.py, and the database's own looks at foreign keys) is planned for any values.
        options["options"] = (
            "-c idle_in_transaction_session_timeout=30s -c timezone=UTC -c plan_cache_mode=force_generic_plan"
        )
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "sportello.foundation.core.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "sportello",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "") or ""),
        "OPTIONS": {
            # A server that is switched off, or behind a cut cable, answers nothing: nobody waits for it for ever. (A
            # unix socket has no network: there these say nothing.)
            "connect_timeout": "10",
            "keepalives_idle": "30",
            "keepalives_interval": "10",
            "keepalives_count": "3",
            "tcp_user_timeout": "30000",
            **options,
            # Django's own cursors never have theirs planned ahead.
            "prepare_threshold": None if pooler == "transaction" else 5,
        },
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


DATABASES = {"default": database(place.database_url() or "postgresql:///sportello")}
#: A new version's schema on a database in use (config/upgrading.py): nobody waits longer for a migration than this.
ZERO_DOWNTIME_MIGRATIONS_LOCK_TIMEOUT = "1s"
ZERO_DOWNTIME_MIGRATIONS_STATEMENT_TIMEOUT = "1500ms"
ZERO_DOWNTIME_MIGRATIONS_FLEXIBLE_STATEMENT_TIMEOUT = True  # what locks nobody out may take as long as it takes
ZERO_DOWNTIME_MIGRATIONS_IDEMPOTENT_SQL = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = place.secret_key()
DEBUG = False
PORT = int(os.environ.get("SPORTELLO_PORT", "8000"))
STREAM_PORT = int(os.environ.get("SPORTELLO_STREAM_PORT", str(PORT + 1)))
MAIL_PORT = int(os.environ.get("SPORTELLO_MAIL_PORT", "8025"))
#: Behind a proxy the stream has the pages' own origin and this is its address there; empty: same host, STREAM_PORT.
STREAM_URL = os.environ.get("SPORTELLO_STREAM_URL", "")
#: The address customers find in receipts and mails.
PUBLIC_URL = os.environ.get("SPORTELLO_PUBLIC_URL", f"http://127.0.0.1:{PORT}")
BEHIND_TLS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    host for host in os.environ.get("SPORTELLO_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host
] + [urlsplit(PUBLIC_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if BEHIND_TLS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "sportello.foundation.watch",
    "sportello.foundation.core",
    "sportello.foundation.ui",
    "sportello.foundation.files",
    "sportello.foundation.tenancy",
    "sportello.foundation.journal",
    "sportello.foundation.live",
    "sportello.records.accounts",
    "sportello.records.customers",
    "sportello.records.procedures",
    "sportello.records.knowledge",
    "sportello.records.tickets",
    "sportello.service.routing",
    "sportello.service.backoffice",
    "sportello.service.channels",
    "sportello.service.watching",
    "sportello.service.notifications",
    "sportello.faces.portal",
    "sportello.faces.desk",
    "sportello.config",
]

MIDDLEWARE = [
    "sportello.foundation.watch.middleware.Watched",
    "django.middleware.security.SecurityMiddleware",
    "sportello.foundation.ui.policy.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sportello.records.accounts.middleware.BrowserLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sportello.records.accounts.middleware.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sportello.foundation.ui.refusals.RefusalPages",
]

ROOT_URLCONF = "sportello.config.urls"
WSGI_APPLICATION = "sportello.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The theme's overrides of allauth's pages live in accounts; ui is asked first for base layouts.
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                ("sportello.foundation.ui.quick.loader.Loader", ["django.template.loaders.app_directories.Loader"]),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sportello.foundation.ui.context.layout",
            ],
        },
    }
]

#: Fields of forms are drawn as everything else is; by their own engine, Django's, they were a third of a card's time.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "sportello.records.accounts.adapter.InvitationOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
#: A second factor: codes of an app, passkeys, and codes on paper for the day both are lost.
MFA_ADAPTER = "sportello.records.accounts.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation reached the address: that is the check
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey may stand alone: finger, face or PIN go with it
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS  # browsers allow it on localhost only
#: Sign-in with the account of one's own body or company (OpenID Connect), `sportello oidc` sets it.
SOCIALACCOUNT_ADAPTER = "sportello.records.accounts.outside.OutsideSignIn"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": place.sign_in_providers()}}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_STORE_TOKENS = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# Cookies ignore ports: another program on the same host must not overwrite ours.
SESSION_COOKIE_NAME = f"sportello_session_{PORT}"
CSRF_COOKIE_NAME = f"sportello_csrf_{PORT}"
LANGUAGE_COOKIE_NAME = f"sportello_language_{PORT}"
SESSION_ENGINE = "sportello.records.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sportello.foundation.ui.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
USE_I18N = True
#: The home's catalogues are there only where the installation is read-only (see catalogues.py).
LOCALE_PATHS = [HOME / "locale", ROOT / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Rome"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "sportello.foundation.ui.static.VersionedStatic"},
}

#: Largest file and largest request a customer or operator may send; told in the form before choosing.
ATTACHMENT_BYTES = 15 * 1024 * 1024
ATTACHMENTS_AT_ONCE = 10
#: Seconds in which a sent reply can be taken back, for who has not chosen their own.
UNDO_SECONDS = 10
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = ATTACHMENTS_AT_ONCE + 5
#: Largest message the mail listener takes; RFC 1870 SIZE is announced with it.
MAIL_BYTES = 60 * 1024 * 1024
#: Whether DKIM, SPF and DMARC of incoming mail are asked of the DNS where the provider's check does not say.
MAIL_DNS = os.environ.get("SPORTELLO_MAIL_DNS", "") == "1"
#: The mail server of one's own before our door whose Authentication-Results are believed; empty: none.
MAIL_BELIEVES = os.environ.get("SPORTELLO_MAIL_BELIEVES", "")
#: A program called with a file's path: exit 0 clean, 1 infected, anything else not scanned. Empty: no antivirus.
ANTIVIRUS = os.environ.get("SPORTELLO_ANTIVIRUS", "")

#: Who reacts to what: the one page above every room.
REACTIONS = "sportello.config.reactions"
#: A folder, or the address of a bucket (`foundation/files/store.py`).
BLOBS = place.blobs()
DEMO = os.environ.get("SPORTELLO_DEMO", "") == "1"

EMAIL_BACKEND = "sportello.config.postman.Postman"
DEFAULT_FROM_EMAIL = os.environ.get("SPORTELLO_FROM", "sportello@localhost")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PROCRASTINATE_WORKER_DEFAULTS = {
    "delete_jobs": "successful",
    "listen_notify": False,
    "fetch_job_polling_interval": 0.5,
}

#: `json` for programs that gather logs, `line` for people (docs/operations/watching.md).
LOG_FORMAT = "json" if os.environ.get("SPORTELLO_LOG_FORMAT", "line").lower() == "json" else "line"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "sportello.foundation.watch.lines.PlainLines"},
        "json": {"()": "sportello.foundation.watch.lines.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SPORTELLO_LOG", "WARNING")},
    "loggers": {
        "sportello": {"level": os.environ.get("SPORTELLO_LOG", "INFO")},
        # a refused request is in the line of its request already, and here again with its address
        "django.request": {"level": "ERROR"},
    },
}
