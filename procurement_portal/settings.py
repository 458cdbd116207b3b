"""Every setting, from the environment, with the reason beside it.

Nothing set means the embedded mode: one process, SQLite, no broker, letters kept in a folder.
``PORTAL_MODE=production`` means real servers; what is missing or dangerous stops the start and is
named. Any variable may instead be given as ``NAME_FILE``, the path of a file that holds the value.
``.env.example`` lists them all.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_locale
from kombu import Queue

from core.logs import logging_config
from core.startup import SecretFiles, kept_secret, newest_change, production_problems

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
env.ENVIRON = SecretFiles()

PORTAL_MODE = env.str("PORTAL_MODE", default="embedded")
if PORTAL_MODE not in {"embedded", "production"}:
    raise ImproperlyConfigured(f"PORTAL_MODE is {PORTAL_MODE!r}; use 'embedded' or 'production'.")
EMBEDDED = PORTAL_MODE == "embedded"
DEBUG = False  # error pages are ours in every mode; a debug page would show settings

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- Who we are -------------------------------------------------------------------------------

# What runs here: pages that a browser kept are shown again only while it stays the same.
RELEASE = env.str("PORTAL_VERSION", default="") or newest_change(BASE_DIR)
SITE_NAME = "NYC Law Department Purchases"
# Links in letters come from here and never from a request's Host header, which a stranger chooses.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000" if EMBEDDED else "").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if EMBEDDED else []
)
# How many proxies in front of us append to X-Forwarded-For; 0 means trust no header.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

SECRET_KEY = env.str("SECRET_KEY", default="")
if EMBEDDED and not SECRET_KEY:
    # Kept in a file, so that links in yesterday's letters still work today.
    SECRET_KEY = kept_secret(VAR_DIR / "secret-key")
# Old keys after a rotation: links signed with them keep working.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- Servers ----------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
# A database of its own lets the cache be emptied without the job queue.
CACHE_URL = env.str("CACHE_URL", default=REDIS_URL)
EMAIL_URL = env.str("EMAIL_URL", default="")

PROBLEMS = production_problems(
    {
        "SECRET_KEY": SECRET_KEY,
        "ALLOWED_HOSTS": ",".join(ALLOWED_HOSTS),
        "SITE_URL": SITE_URL,
        "DATABASE_URL": DATABASE_URL,
        "REDIS_URL": REDIS_URL,
        "EMAIL_URL": EMAIL_URL,
        "DEFAULT_FROM_EMAIL": env.str("DEFAULT_FROM_EMAIL", default=""),
    }
)
if PROBLEMS and not EMBEDDED:
    raise ImproperlyConfigured("The portal refuses to start: " + " ".join(PROBLEMS))

DATABASES: dict[str, dict[str, Any]] = {
    "default": environ.Env.db_url_config(DATABASE_URL or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes the lock when its transaction begins: no deadlock halfway through.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # WAL lets pages be read while the worker writes; NORMAL survives kill -9.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Kept connections with health checks lost no request over a database restart; a pool did.
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    # A machine that freezes in mid-transaction keeps its locks until the server gives up on it; pages that
    # wait for them would hang for as long. Nothing of ours pauses inside a transaction.
    DATABASES["default"]["OPTIONS"].setdefault(
        "options", "-c idle_in_transaction_session_timeout=30s"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]]
if CACHE_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CACHE_URL,
            # A Redis that swallows packets must not hang a page.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A row of a list as it was drawn: the drawing is most of what a page costs. Each process keeps its own, since
# asking Redis for 25 of them took longer than it saved.
CACHES["rows"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "rows",
    "TIMEOUT": 24 * 60 * 60,
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
# What stands around the rows of a list, for each search of late: 20 kB each, so fewer of them.
CACHES["lists"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "lists",
    "TIMEOUT": 60 * 60,
    "OPTIONS": {"MAX_ENTRIES": 500},
}
# Counts the limits on tries while Redis is away: each process for itself, in its own memory.
CACHES["fallback"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "fallback",
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}

# --- Jobs (each reason measured: docs/decisions/0002-the-database-is-the-queue.md) -------------

CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        # A worker that died gives its task back after this long; tasks end within 90 s.
        "visibility_timeout": 180,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # Publishing a purchase must not wait for Redis: one try of a second at most. Kombu's own tries
        # cost 6 s with Redis stopped. Workers have tries of their own and wait for it as long as it takes.
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "retry_on_timeout": False,
        "max_retries": 0,
    }
    if REDIS_URL
    else {"polling_interval": 0.05}  # the default of 1 s makes every doorbell wait a second
)
# What people wait for never stands behind an import or the nightly audit. A worker that is not told which queue it
# serves serves both.
CELERY_TASK_QUEUES = [Queue("urgent"), Queue("chores")]
CELERY_TASK_DEFAULT_QUEUE = "chores"
CELERY_TASK_ROUTES = {
    task: {"queue": "urgent"}
    for task in (
        "alerts.tasks.tell_who_asked",
        "letters.tasks.send_letters",
        "opportunities.tasks.publish_planned",
    )
}
if REDIS_URL:
    # A worker that could not tell Redis that a task is done takes the next one all the same.
    CELERY_BROKER_TRANSPORT = "procurement_portal.broker:Transport"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = (
    None  # never give up: by default a worker leaves after 100 tries
)
CELERY_TASK_IGNORE_RESULT = True  # the database says what was done
CELERY_TASK_ACKS_LATE = True  # a killed worker's task comes back; every task is safe to repeat
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # never sit on a task that another worker could do
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "America/New_York"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# The schedule lives in memory: forgetting it on a restart is harmless, since what is due is
# found in the database and not in the clock's memory.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    # `expires`: ticks that pile up behind a stopped worker are worth nothing.
    "tell-who-asked": {
        "task": "alerts.tasks.tell_who_asked",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "send-letters": {
        "task": "letters.tasks.send_letters",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "audit-matches": {
        "task": "alerts.tasks.audit_matches",
        "schedule": crontab(hour=3, minute=30),  # a missed night is made up for by the next one
        "options": {"expires": 3600},
    },
    "forget-subscribers": {
        "task": "alerts.tasks.forget_subscribers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget-letter-bodies": {
        "task": "letters.tasks.forget_letter_bodies",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget-account-letters": {
        "task": "accounts.tasks.forget_letters",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "forget-unproven-accounts": {
        "task": "accounts.tasks.forget_unproven",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # From New York midnight on, whatever the season: the task looks at the day, not at the hour.
    "publish-planned": {
        "task": "opportunities.tasks.publish_planned",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "carry-on-imports": {
        "task": "opportunities.tasks.carry_on_imports",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget-imports": {
        "task": "opportunities.tasks.forget_imports",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "fetch-certified-list": {
        "task": "vendors.tasks.fetch_certified_list",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "suggest-matches": {
        "task": "vendors.tasks.suggest_matches",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind": {"task": "vendors.tasks.remind", "schedule": 3600.0, "options": {"expires": 3600}},
    "write-open-data": {
        "task": "opportunities.tasks.write_open_data",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
}

# --- Letters ----------------------------------------------------------------------------------

vars().update(environ.Env.email_url_config(EMAIL_URL) if EMAIL_URL else {})
if not EMAIL_URL:
    EMAIL_BACKEND = "letters.backends.MailFolder"
EMAIL_TIMEOUT = 30
MAIL_FOLDER = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <portal@localhost.localdomain>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# How many letters a minute a mail domain gets, such as gmail.com=600,yahoo.com=300. Others have no limit.
LETTER_RATES = {
    domain: int(count) for domain, count in env.dict("LETTER_RATES", default={}).items()
}
# A worker keeps its connection to the mail server for so long between two runs; 0 for not at all.
LETTER_CONNECTION_KEPT_SECONDS = 60
# An address of your own that is told of everything: if it is not, /readyz says so. Blank: no canary.
CANARY_ADDRESS = env.str("CANARY_ADDRESS", default="")
# With django-anymail installed (an optional extra): providers tell of bounces and complaints at /webhooks/.
ANYMAIL_WEBHOOK_SECRET = env.str("ANYMAIL_WEBHOOK_SECRET", default="")
# A sender keeps what it took for this long; longer than a task may run, so that only the dead lose it.
LETTER_LEASE_SECONDS = 120
# How long after a publication nobody is told, and it can be undone. Short in the demonstration, where somebody waits.
PUBLISH_HOLD_MINUTES = env.int("PUBLISH_HOLD_MINUTES", default=1 if EMBEDDED else 15)
# Nobody publishes a draft that they entered themselves, not even later or by a command in their name.
FOUR_EYES = env.bool("FOUR_EYES", default=False)

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    # Above ours, so that accounts.admin finds what they put on the desk and takes it off again.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    # Its tables are here even while nobody signs in so: else deleting an account would fail once the door was shut.
    "allauth.socialaccount",
    "allauth.usersessions",
    "procurement_portal",
    "alerts",
    "vendors",
    "opportunities",
    "accounts",
    "letters",
    "core",
    "procurement_portal.apps.DeskConfig",  # django.contrib.admin with our own front door
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "corsheaders",
    "crispy_forms",
    "csp",
    "django_htmx",
    "django_structlog",
]

if ANYMAIL_WEBHOOK_SECRET:
    INSTALLED_APPS.append("anymail")

MIDDLEWARE = [
    "core.middleware.RequestLog",
    "core.middleware.HearOut",
    # Those that only add headers stand above the first one that answers: the redirect to https has them, too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.api.ProblemsForPrograms",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.CacheRules",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.SessionEnds",
    "accounts.middleware.SignedInHint",
    "core.middleware.LanguageFromAddress",
    "core.middleware.PlainRefusals",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.NoteRefusals",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AccountPages",
]

ROOT_URLCONF = "procurement_portal.urls"
WSGI_APPLICATION = "procurement_portal.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:overview"  # staff: the desk (accounts.adapter)
LOGOUT_REDIRECT_URL = "opportunities:home"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "uswds"
CRISPY_TEMPLATE_PACK = "uswds"
CRISPY_CLASS_CONVERTERS = {
    # crispy names classes after widgets, such as "textinput"; our styles know them by these names.
    **dict.fromkeys(
        [
            "textinput",
            "emailinput",
            "numberinput",
            "urlinput",
            "passwordinput",
            "searchinput",
            "dateinput",
            "timeinput",
            "telinput",
        ],
        "usa-input",
    ),
    **dict.fromkeys(("select", "selectmultiple"), "usa-select"),
    "textarea": "usa-textarea",
    "checkboxinput": "usa-checkbox__input",
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# --- Accounts (each choice: docs/decisions/0013-accounts.md) -------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# allauth offers a password at sign-in only where sign-up knows one; our form for sign-up leaves it out: a
# stranger could else choose the password of an address that its owner proves later.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignUpForm",
    "request_login_code": "accounts.forms.CodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Mail may be slow: greylisting alone takes five minutes. The letter expires with its code.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whoever did not change the password must hear of it
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays, all others end
ACCOUNT_SESSION_REMEMBER = True
# Limits are in accounts/limits.py: allauth's would lock a person out when a stranger guesses, and fail with Redis.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = False
MFA_RATE_LIMITS: dict[str, str] | bool = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.passkeys.AddForm",
    "authenticate_webauthn": "accounts.passkeys.SecondFactorForm",
    "edit_webauthn": "accounts.passkeys.RenameForm",
    "login_webauthn": "accounts.passkeys.SignInForm",
    "reauthenticate_webauthn": "accounts.passkeys.AgainForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = (
    0  # a code works in its own half minute only, for as long as its use is remembered
)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EMBEDDED  # browsers take http://localhost for safe
# NYC.ID by OpenID Connect: open only with all three (docs/operating.md).
NYC_ID_SERVER_URL = env.str("NYC_ID_SERVER_URL", default="").rstrip("/")
NYC_ID_CLIENT_ID = env.str("NYC_ID_CLIENT_ID", default="")
NYC_ID_CLIENT_SECRET = env.str("NYC_ID_CLIENT_SECRET", default="")
# Where the button may lead: browsers follow a form only to what the content policy names, redirects included.
NYC_ID_FORM_ORIGINS = env.list(
    "NYC_ID_FORM_ORIGINS", default=[urlsplit(NYC_ID_SERVER_URL)._replace(path="").geturl()]
)
SOCIALACCOUNT_ADAPTER = "accounts.nyc_id.adapter.NycIdAdapter"
# An address that NYC.ID names opens no account that is here already; who is signed in connects the two.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = False  # our button asks before it leads away
# Nobody opens the desk of a real portal without one. The demonstration is for looking around.
SECOND_FACTOR_FOR_STAFF = not EMBEDDED

# --- Languages and time -----------------------------------------------------------------------

TIME_ZONE = "America/New_York"
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# Django 5.2 has no Haitian Creole.
LANG_INFO["ht"] = {
    "bidi": False,
    "code": "ht",
    "name": "Haitian Creole",
    "name_local": "Kreyòl ayisyen",
}
# Local Law 30 of 2017.
CITY_LANGUAGES = ["es", "zh-hans", "ru", "bn", "ht", "ko", "ar", "ur", "fr", "pl"]
# A language is offered when its catalogue is here: English text under another name helps nobody.
LANGUAGES = [("en", "English")] + [
    (code, LANG_INFO[code]["name"])
    for code in CITY_LANGUAGES
    if (BASE_DIR / "locale" / to_locale(code) / "LC_MESSAGES" / "django.mo").exists()
]

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = None if EMBEDDED else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The embedded mode serves files where they lie; production serves hashed, compressed copies.
WHITENOISE_USE_FINDERS = EMBEDDED
DOCUMENTS_FOLDER = env.str("DOCUMENTS_FOLDER", default=str(VAR_DIR / "documents"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Files that belong to purchases. No address leads to them but a view that asks whether they are public.
    "documents": {
        "BACKEND": env.str(
            "DOCUMENTS_STORAGE", default="django.core.files.storage.FileSystemStorage"
        ),
        "OPTIONS": {"location": DOCUMENTS_FOLDER, "file_permissions_mode": 0o640}
        if DOCUMENTS_FOLDER
        else {},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Safety -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *(NYC_ID_FORM_ORIGINS if NYC_ID_SERVER_URL else [])],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "camera",
        "geolocation",
        "microphone",
        "payment",
        "usb",
        "browsing-topics",
        "display-capture",
    )
}
X_FRAME_OPTIONS = "DENY"
# "no-referrer" would make browsers send "Origin: null" with our own forms, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 60 * 60  # at most, however often it is used
STAFF_IDLE_SECONDS = 15 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_refused"
if not EMBEDDED:
    SECURE_SSL_REDIRECT = True
    SECURE_SSL_HOST = urlsplit(SITE_URL).netloc  # and not to a host that a stranger chose
    # The health checks come from inside, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- The City's list of certified businesses ------------------------------------------------------

# Where it is fetched from each week. Blank: nothing is asked of anybody, and staff upload it.
CERTIFIED_LIST_URL = env.str("CERTIFIED_LIST_URL", default="")

# --- Businesses ---------------------------------------------------------------------------------

# From how many on a purchase's page says, in fives, how many businesses say that they can do it. 0: never, since
# rivals read it too.
INTEREST_SHOWN_FROM = env.int("INTEREST_SHOWN_FROM", default=0)

# --- Open data ----------------------------------------------------------------------------------

# What is open to everybody may be read by pages of everybody; nothing else may, and nobody is known by a cookie.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "accept-language", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Repr-Digest", "Retry-After", "X-Request-ID"]
# What packages of the Open Contracting Data Standard say of their origin (docs/open-data.md); blank is left out.
OCDS_PUBLISHER_NAME = env.str("OCDS_PUBLISHER_NAME", default="New York City Law Department")
OCDS_PUBLISHER_SCHEME = env.str("OCDS_PUBLISHER_SCHEME", default="")
OCDS_PUBLISHER_UID = env.str("OCDS_PUBLISHER_UID", default="")
OCDS_PUBLISHER_URI = env.str("OCDS_PUBLISHER_URI", default="")
OCDS_OCID_PREFIX = env.str("OCDS_OCID_PREFIX", default="ocds-local")
OCDS_LICENCE_URL = env.str("OCDS_LICENCE_URL", default="")
OCDS_POLICY_URL = env.str("OCDS_POLICY_URL", default="")

# --- Logs: one JSON line an event, never an address or a token ----------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = None
logging_config(level=LOG_LEVEL, readable=EMBEDDED)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# Asking who is signed in would open the session and make public pages depend on a cookie.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = 10
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = 10
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = TRUSTED_PROXY_COUNT > 0
