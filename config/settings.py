"""The one settings file, driven by the environment (docs/operations.md lists every variable).

A malformed variable stops the start with one line that names it.
"""

import hashlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import pghistory
from csp.constants import NONE, SELF

from config import embedded
from config.environment import data_keys, database, flag, networks, sources, stop, url

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
TESTING = os.environ.get("PORTAL_MODE") == "test"
DATA_DIR = embedded.data_dir()
EMBEDDED = embedded.wanted()

# -- servers ------------------------------------------------------------------------------------------------
ENDPOINTS = embedded.endpoints(DATA_DIR)
DATABASE_URL = url("DATABASE_URL", ENDPOINTS.database_url, ("postgresql", "postgres"))
OWNER_DATABASE_URL = url("OWNER_DATABASE_URL", ENDPOINTS.owner_database_url, ("postgresql", "postgres")) or DATABASE_URL
REDIS_URL = url("REDIS_URL", ENDPOINTS.redis_url, ("redis", "rediss", "unix"))
#: Commands that change tables run as their owner; everything else as the runtime role, which owns none.
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "privileges", "analyze", "pgtrigger"}
AS_OWNER = len(sys.argv) > 1 and Path(sys.argv[0]).name == "manage.py" and sys.argv[1] in OWNER_COMMANDS
DATABASES = {"default": database(OWNER_DATABASE_URL if AS_OWNER else DATABASE_URL)}
RUNTIME_ROLE = environ.Env.db_url_config(DATABASE_URL)["USER"]


def redis_db(number: int) -> str:
    """The address of one numbered database, for the cache (sockets and TCP differ)."""
    if REDIS_URL.startswith("unix"):
        return f"{REDIS_URL}?db={number}"
    return f"{REDIS_URL.rstrip('/')}/{number}"


CACHES = {"default": {"BACKEND": "config.cache.Cache", "LOCATION": redis_db(1), "KEY_PREFIX": "p"}}
CELERY_BROKER_URL = f"redis+socket://{urlsplit(REDIS_URL).path}?virtual_host=0" if REDIS_URL.startswith("unix") else redis_db(0)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,  # a dead broker is known at once: nobody who books waits for it (workers reconnect by their own rule)
    "visibility_timeout": 900,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}

# -- who we are ---------------------------------------------------------------------------------------------
if os.environ.get("SECRET_KEY"):
    SECRET_KEY = os.environ["SECRET_KEY"]
elif DEMO or DEBUG or TESTING:
    SECRET_KEY = ENDPOINTS.secret_key or hashlib.sha256(f"demonstration {DATABASE_URL}".encode()).hexdigest()
else:
    stop("SECRET_KEY", "is missing; set it to 50 random characters (DEMO=1 makes one for a demonstration)")
if len(SECRET_KEY) < 32:
    stop("SECRET_KEY", "is too short; set it to 50 random characters")

DATA_KEYS = data_keys(ENDPOINTS.data_key)
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
if not ALLOWED_HOSTS:
    if not (DEMO or DEBUG or TESTING):
        stop("ALLOWED_HOSTS", "is missing; set it to the portal's host names, with commas between")
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
#: Where links in messages and QR codes lead.
SITE_URL = url("SITE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}", ("http", "https")).rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
STAFF_NETWORKS = networks("STAFF_NETWORKS")
STAFF_TOTP = flag("STAFF_TOTP")
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
SITE = {
    "name": os.environ.get("SITE_NAME", "金东区党群服务中心"),
    **{key: os.environ.get(f"SITE_{key.upper()}", "") for key in ("organiser", "icp", "police", "identifier", "contact", "address")},
}

INSTALLED_APPS = [
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "knox",
    "csp",
    "pgtrigger",
    "pghistory",
    "records",
    "accounts",
    "workflow",
    "centers",
    "staffing",
    "activities",
    "funding",
    "portal",
]
MIDDLEWARE = [
    "accounts.addresses.client_address",
    "django.middleware.security.SecurityMiddleware",
    "activities.door.booking_door",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.staff_door",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "records.middleware.history_context",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "portal.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- accounts -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "me"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ThreeClasses"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
STAFF_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https")
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
OTP_TOTP_ISSUER = SITE["name"]
REST_KNOX = {"SECURE_HASH_ALGORITHM": "hashlib.sha512", "AUTO_REFRESH": False, "TOKEN_LIMIT_PER_USER": None}
try:
    RATE_FACTOR = float(os.environ.get("RATE_FACTOR") or 1)
except ValueError:
    stop("RATE_FACTOR", "is not a number; write 1, or more for a test that comes from one address")
#: Requests a minute: an account, an address (an office shares one), a phone's codes; below, what strangers send, by address and center.
RATES = {"account": 120, "token": 120, "address": 600, "code_phone": 3, "code_address": 30}
RATES |= {"repair_address": 5, "repair_center": 20, "feedback_address": 5, "feedback_center": 20, "print_address": 20}
RATES = {kind: int(limit * RATE_FACTOR) for kind, limit in RATES.items()}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SITE_URL.startswith("https"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SECURE_HSTS_SECONDS = 31536000
#: Map tiles, ``https://…/{z}/{x}/{y}.png``; without them the map shows points on plain paper beside its list.
MAP_TILES_URL = url("MAP_TILES_URL", "", ("http", "https"))
MAP_ATTRIBUTION = os.environ.get("MAP_ATTRIBUTION", "")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *sources(MAP_TILES_URL)],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

# -- language and time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- files --------------------------------------------------------------------------------------------------
STORAGE_URL = url("STORAGE_URL", f"file:{DATA_DIR / 'files'}", ("file", "s3"))
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
#: Pictures are compressed already; source maps are read by nobody and cost most of collectstatic's time.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "map")
_files: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": urlsplit(STORAGE_URL).path}}
if STORAGE_URL.startswith("s3"):
    if not find_spec("storages"):
        stop("STORAGE_URL", "s3: needs the package django-storages[s3]; install it into .venv beside requirements/base.txt")
    _files = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": urlsplit(STORAGE_URL).netloc, "querystring_auth": True},
    }
_static = "django.contrib.staticfiles.storage.StaticFilesStorage" if TESTING else "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {"default": _files, "staticfiles": {"BACKEND": _static}}
#: A photograph: at most this many bytes and pixels (a larger one is a disguised or hostile file).
PHOTO_MAX_BYTES = 8 * 1024 * 1024
PHOTO_MAX_PIXELS = 40_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
#: The font of official documents (仿宋), by its family's name, and the folder of its file; without them Noto Serif, which the page says.
OFFICIAL_FONT, OFFICIAL_FONT_DIR = os.environ.get("OFFICIAL_FONT", ""), os.environ.get("OFFICIAL_FONT_DIR", "")

# -- messages -----------------------------------------------------------------------------------------------
EMAIL_URL = url("EMAIL_URL", "consolemail:", ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail"))
SMS_URL = url("SMS_URL", "console:", ("console", "aliyun", "aliyun+http"))
vars().update(environ.Env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "portal@localhost")
AUDIT_MAILBOX = os.environ.get("AUDIT_MAILBOX", "")
#: Where each day's audit head is written; mount a place that the database's owner can't reach.
ANCHOR_DIR = Path(os.environ.get("ANCHOR_DIR", DATA_DIR / "anchors"))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.tokens.TokenAuthentication", "accounts.tokens.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pages.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.rates.Rates"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Schema",
    "EXCEPTION_HANDLER": "accounts.api.problems.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "金东区党群服务中心 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_PUBLIC": True,
}
# Row history carries who and where as JSON, from the first day: switching later breaks its migrations.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "celery": {"level": "WARNING"}, "django.security.DisallowedHost": {"level": "ERROR"}},
}
# -- error reports: the package is the operator's to add; most installations have no such server --------------
SENTRY_DSN = url("SENTRY_DSN", "", ("http", "https"))
if SENTRY_DSN:
    if not find_spec("sentry_sdk"):
        stop("SENTRY_DSN", "needs the package sentry-sdk; install it into .venv beside requirements/base.txt")
    import sentry_sdk

    # No personal values leave: neither request bodies nor accounts.
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, max_request_body_size="never", include_local_variables=False)
