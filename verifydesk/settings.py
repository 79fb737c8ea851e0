"""The one settings file. Every value that an operator may set is read here, strictly, from the environment.

A value may also come from a file: ``SECRET_KEY_FILE=/run/secrets/key`` sets ``SECRET_KEY``. What can't be read fails at
start with the variable's name. docs/guide/settings.md lists every variable, and a test fails when one is missing there.
"""

import logging
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from environs import FileAwareEnv, fields, validate

from verifydesk.broker import broker_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = FileAwareEnv(strip_whitespace=True)

# The desk itself

DEBUG = env.bool("DEBUG", False)
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
SECRET_KEY = env.str("SECRET_KEY", "django-insecure-only-for-a-desk-on-loopback") if DEBUG else env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
TIME_ZONE = env.str("TIME_ZONE", "UTC")
NEWSROOM_NAME = env.str("NEWSROOM_NAME", "VerifyDesk")
LOG_LEVEL = env.log_level("LOG_LEVEL", logging.INFO)

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en-gb")
LOCALE_PATHS = [Path(env.str("LOCALE_DIR", str(VAR_DIR / "locale")))]
USE_TZ = True
USE_I18N = True

ROOT_URLCONF = "verifydesk.urls"
WSGI_APPLICATION = "verifydesk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "apps.audit",
    "apps.accounts",
    "apps.archive",
    "apps.sources",
    "apps.claims",
    "apps.teamwork",
    "apps.bundles",
    "apps.search",
    "apps.desk",
    "verifydesk.apps.VerifyDeskConfig",
    "verifydesk.apps.PanelConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "apps.desk.middleware.ReplayMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.accounts.middleware.PlainSessionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.AuditContextMiddleware",
    "apps.desk.middleware.SignInRequiredMiddleware",
    "apps.desk.reading_zone.ReadingZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

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
                "apps.desk.context.desk",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data

# Connections are kept between requests and tasks: to open one takes milliseconds, on SQLite too, which reads how all
# tables and triggers are made.
DATABASES = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'desk.sqlite3'}"),
        conn_max_age=env.int("DATABASE_CONN_MAX_AGE", 60),
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Deferred transactions that read before they write fail at once with "database is locked", whatever the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
        "PRAGMA journal_size_limit=67108864;",
    }
    # A file for the tests too: threads that race each other need the locks that a desk has, and memory has others.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

REDIS_URL = env.str("REDIS_URL", "")

# Where the archive's records lie: in ARCHIVE_DIR, or in a bucket when one is named.
ARCHIVE_S3_BUCKET = env.str("ARCHIVE_S3_BUCKET", "")
ARCHIVE_S3_ENDPOINT = env.str("ARCHIVE_S3_ENDPOINT", "")
ARCHIVE_S3_REGION = env.str("ARCHIVE_S3_REGION", "")
ARCHIVE_S3_PREFIX = env.str("ARCHIVE_S3_PREFIX", "").strip("/")
ARCHIVE_S3_KEY = env.str("ARCHIVE_S3_KEY", "")
ARCHIVE_S3_SECRET = env.str("ARCHIVE_S3_SECRET", "")
# The origin that archived pages are shown from, beside the desk's own: https://archive.example.org
ARCHIVE_ORIGIN = env.str("ARCHIVE_ORIGIN", "").rstrip("/")
ARCHIVE_FREE_BYTES = env.int("ARCHIVE_FREE_BYTES", 0 if DEBUG else 1_000_000_000)

# The trail: the key that signs it, its name, where its checkpoints lie, and who stamps them with a time.
AUDIT_KEYS_DIR = env.str("AUDIT_KEYS_DIR", str(VAR_DIR / "keys"))
AUDIT_ORIGIN = env.str("AUDIT_ORIGIN", "", validate=validate.Regexp(r"[^\s+]*\Z"))
AUDIT_SEAL_SECONDS = env.float("AUDIT_SEAL_SECONDS", 5, validate=validate.Range(min=0.1))
AUDIT_VERIFY_SECONDS = env.int("AUDIT_VERIFY_SECONDS", 3600, validate=validate.Range(min=60))
AUDIT_ANCHOR_S3_BUCKET = env.str("AUDIT_ANCHOR_S3_BUCKET", "")
AUDIT_TSA_URL = env.str("AUDIT_TSA_URL", "", validate=validate.Regexp(r"(https?://\S+)?\Z"))
AUDIT_TSA_SECONDS = env.int("AUDIT_TSA_SECONDS", 3600, validate=validate.Range(min=1))

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "archive": {
        "BACKEND": "apps.archive.records.storage.EvidenceStorage",
        "OPTIONS": {"location": env.str("ARCHIVE_DIR", str(VAR_DIR / "archive"))},
    }
    if not ARCHIVE_S3_BUCKET
    else {
        "BACKEND": "apps.archive.records.objects.ObjectStorage",
        "OPTIONS": {
            "bucket_name": ARCHIVE_S3_BUCKET,
            "endpoint_url": ARCHIVE_S3_ENDPOINT or None,
            "region_name": ARCHIVE_S3_REGION or None,
            "location": ARCHIVE_S3_PREFIX,
            "access_key": ARCHIVE_S3_KEY or None,
            "secret_key": ARCHIVE_S3_SECRET or None,
        },
    },
    # Where the trail's checkpoints are laid down, apart from the database: best on another machine.
    "anchors": {
        "BACKEND": "apps.audit.sealing.anchors.AnchorStorage",
        "OPTIONS": {"location": env.str("AUDIT_ANCHOR_DIR", str(VAR_DIR / "anchors"))},
    }
    if not AUDIT_ANCHOR_S3_BUCKET
    else {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": AUDIT_ANCHOR_S3_BUCKET,
            "endpoint_url": ARCHIVE_S3_ENDPOINT or None,
            "region_name": ARCHIVE_S3_REGION or None,
            "access_key": ARCHIVE_S3_KEY or None,
            "secret_key": ARCHIVE_S3_SECRET or None,
            "file_overwrite": False,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Outside of production a file is looked for when it is asked for. Tests, in which Django takes DEBUG back, would
# otherwise go through all of them for each client.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "apps.accounts.hashers.FrugalArgon2",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "desk:sign_in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "desk:sign_in"
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "desk/sign_in_locked.html"
AXES_CLIENT_IP_CALLABLE = "apps.accounts.middleware.throttled_address"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_AGE = int(timedelta(hours=env.int("SESSION_HOURS", 12)).total_seconds())
SESSION_SAVE_EVERY_REQUEST = False

# What people are told by e-mail: nothing goes out until a server is named. The links in it begin with DESK_URL.

DESK_URL = env.str("DESK_URL", "").rstrip("/")
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587, validate=validate.Range(min=1, max=65535))
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_SECURITY = env.str("EMAIL_SECURITY", "starttls", validate=validate.OneOf(["starttls", "tls", "none"]))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_FROM = env.str("EMAIL_FROM", "")
EMAIL_TIMEOUT = env.float("EMAIL_SECONDS", 20, validate=validate.Range(min=1, max=60))
EMAIL_ATTEMPTS = env.int("EMAIL_ATTEMPTS", 12, validate=validate.Range(min=1))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM or "desk@localhost"
# How long before a claim is due its people are reminded, and how long after it editors are told.
REMIND_BEFORE_MINUTES = env.int("REMIND_BEFORE_MINUTES", 120, validate=validate.Range(min=0))
ESCALATE_AFTER_MINUTES = env.int("ESCALATE_AFTER_MINUTES", 60, validate=validate.Range(min=0))

# Security: deny by default. Cookies and redirects follow DEBUG: the embedded desk speaks plain HTTP on loopback.

SECURE_COOKIES = env.bool("SECURE_COOKIES", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
if SECURE_COOKIES:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
CSRF_FAILURE_VIEW = "apps.desk.views.session.csrf_failed"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_SUBDOMAINS", not DEBUG)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# Files come to one form of the desk, one at a time, and only from somebody signed in: all others are read and dropped.
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = [
    "apps.desk.uploads.BoundedUpload",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# The archive. Sizes are bytes, times are seconds. Defaults are what platform measurements gave.

ARCHIVE_ALLOW: frozenset[str] = frozenset(env.list("ARCHIVE_ALLOW", []))
ARCHIVE_CONTACT = env.str("ARCHIVE_CONTACT", "")
ARCHIVE_ROBOTS = env.str("ARCHIVE_ROBOTS", "record", validate=validate.OneOf(["record", "obey", "ignore"]))
# What one capture may cost.
ARCHIVE_CONNECT_SECONDS = env.float("ARCHIVE_CONNECT_SECONDS", 5)
ARCHIVE_FIRST_BYTE_SECONDS = env.float("ARCHIVE_FIRST_BYTE_SECONDS", 20)
ARCHIVE_RESOURCE_SECONDS = env.float("ARCHIVE_RESOURCE_SECONDS", 30)
ARCHIVE_CAPTURE_SECONDS = env.float("ARCHIVE_CAPTURE_SECONDS", 90)
ARCHIVE_PAGE_BYTES = env.int("ARCHIVE_PAGE_BYTES", 20_000_000)
ARCHIVE_ASSET_BYTES = env.int("ARCHIVE_ASSET_BYTES", 10_000_000)
ARCHIVE_TOTAL_BYTES = env.int("ARCHIVE_TOTAL_BYTES", 100_000_000)
ARCHIVE_UPLOAD_BYTES = env.int("ARCHIVE_UPLOAD_BYTES", 20_000_000)
ARCHIVE_DECODED_BYTES = env.int("ARCHIVE_DECODED_BYTES", 50_000_000)
ARCHIVE_TOTAL_DECODED_BYTES = env.int("ARCHIVE_TOTAL_DECODED_BYTES", 200_000_000)
ARCHIVE_RATIO = env.int("ARCHIVE_RATIO", 100)
ARCHIVE_REQUISITES = env.int("ARCHIVE_REQUISITES", 300)
ARCHIVE_AT_ONCE = env.int("ARCHIVE_AT_ONCE", 8)
ARCHIVE_REDIRECTS = env.int("ARCHIVE_REDIRECTS", 5)
ARCHIVE_HEADER_LINES = env.int("ARCHIVE_HEADER_LINES", 100)
ARCHIVE_HEADER_BYTES = env.int("ARCHIVE_HEADER_BYTES", 65_536)
# Drawing pages in a browser: whose wish is heard, what with, and what one drawing may take beside the limits above.
ARCHIVE_RENDER = env.str("ARCHIVE_RENDER", "asked", validate=validate.OneOf(["never", "asked", "always"]))
ARCHIVE_BROWSER = env.str("ARCHIVE_BROWSER", "")
ARCHIVE_BROWSER_SANDBOX = env.bool("ARCHIVE_BROWSER_SANDBOX", True)
ARCHIVE_BROWSER_BYTES = env.int("ARCHIVE_BROWSER_BYTES", 1_500_000_000)
ARCHIVE_BROWSER_WAIT_SECONDS = env.float("ARCHIVE_BROWSER_WAIT_SECONDS", 600)
ARCHIVE_RENDER_SECONDS = env.float("ARCHIVE_RENDER_SECONDS", 40)
ARCHIVE_RENDER_BYTES = env.int("ARCHIVE_RENDER_BYTES", 40_000_000)
ARCHIVE_RENDER_HEIGHT = env.int("ARCHIVE_RENDER_HEIGHT", 16_000)
# How gently, how often, how stubbornly.
ARCHIVE_HOST_AT_ONCE = env.int("ARCHIVE_HOST_AT_ONCE", 2)
ARCHIVE_HOST_PAUSE_SECONDS = env.float("ARCHIVE_HOST_PAUSE_SECONDS", 0 if DEBUG else 1)
ARCHIVE_ATTEMPTS = env.int("ARCHIVE_ATTEMPTS", 4)
ARCHIVE_RETRY_SECONDS = env.float("ARCHIVE_RETRY_SECONDS", 30)
ARCHIVE_LEASE_SECONDS = env.int("ARCHIVE_LEASE_SECONDS", int(ARCHIVE_CAPTURE_SECONDS) + 60)
ARCHIVE_SWEEP_SECONDS = env.float("ARCHIVE_SWEEP_SECONDS", 10)
# How often a worker says that it is alive, and how long due work may lie there before the desk says that it isn't well.
ARCHIVE_HEARTBEAT_SECONDS = env.float("ARCHIVE_HEARTBEAT_SECONDS", 15)
ARCHIVE_LATE_SECONDS = env.float("ARCHIVE_LATE_SECONDS", 300)
# How cited pages are looked at again: the last pause repeats.
ARCHIVE_WATCH = env.bool("ARCHIVE_WATCH", True)
ARCHIVE_WATCH_PAUSES: list[timedelta] = env.list(
    "ARCHIVE_WATCH_PAUSES",
    [timedelta(hours=1), timedelta(hours=6), *(timedelta(days=days) for days in (1, 3, 7, 30))],
    subcast=fields.TimeDelta,  # type: ignore[arg-type]  # its stub knows no classes of fields
)
ARCHIVE_WATCH_GONE_DAYS = env.int("ARCHIVE_WATCH_GONE_DAYS", 14)
ARCHIVE_WATCH_AT_ONCE = env.int("ARCHIVE_WATCH_AT_ONCE", 100)

# Celery: the row is the job, the message only a doorbell. No results, no ETA, no prefetch.
# turn + capture + storing < soft limit < hard limit < lease < visibility timeout: archive.E016 holds them to it.

CELERY_BROKER_URL = broker_url(REDIS_URL, VAR_DIR)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": ARCHIVE_LEASE_SECONDS + 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A broker that is away must not hold up a person: two tries, a fifth of a second apart. The sweeper rings again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
    "connect_retries_timeout": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    **({"virtual_host": "0"} if not REDIS_URL else {}),
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = int(ARCHIVE_CAPTURE_SECONDS) + 50
CELERY_TASK_TIME_LIMIT = int(ARCHIVE_CAPTURE_SECONDS) + 55
# Celery itself would open the database anew for every task, which takes longer than most of them: it is told to wait
# for longer than any worker lives, and verifydesk/celery.py does what Django does around a request.
CELERY_DB_REUSE_MAX = 1_000_000_000
CELERY_TASK_DEFAULT_QUEUE = "desk"
# A worker started without -Q serves every queue; a bigger desk gives fetching and reading workers of their own.
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in ("desk", "fetch", "extract", "render")}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"trafilatura": {"level": "CRITICAL"}, "axes": {"level": "WARNING"}},
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "verifydesk.reports.NothingTyped"
