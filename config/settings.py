"""Settings: one file, read from the environment.

What is unset falls back to the embedded stack (`make run`, `make test`); in production a missing one stops the start.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import logs
from config.environment import embedded_environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()

# `manage.py` in another terminal talks to the servers of a running `make run`.
if "DATABASE_URL" not in env.ENVIRON:
    for name, value in embedded_environment(VAR_DIR).items():
        env.ENVIRON.setdefault(name, value)

# True under `make run` and `make test`, whose supervisor sets it; never in production.
EMBEDDED = env.bool("WAYMARK_EMBEDDED", False)
DEBUG = env.bool("DEBUG", False)


def from_file(name: str) -> str:
    """Return the text of the file that the variable `name` names: how containers hand over secrets."""
    path = env.str(name, "")
    try:
        return Path(path).read_text().strip() if path else ""
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {path} cannot be read ({error.strerror}).") from error


def required(name: str, embedded: str) -> str:
    """Return the variable `name`, or the text of the file that `name`_FILE names.

    The `embedded` default counts only in the embedded stack.
    """
    value: str = env.str(name, "") or from_file(f"{name}_FILE") or (embedded if EMBEDDED else "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment (see .env.example), or start with `make run`.")
    return value


SECRET_KEY = required("SECRET_KEY", "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
PORT = env.int("PORT", 8000)
SITE_URL = required("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = [h for h in required("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
IS_HTTPS = urlsplit(SITE_URL).scheme == "https"

INSTALLED_APPS = [
    "accounts",
    "roadmap",
    "roadmap.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "adminsortable2",
    "csp",
    "django_htmx",
    "django_structlog",
    "lucide",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.repeats.answered_once",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "roadmap.long_forms.LongForms",  # before the first that reads a form
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.private",
    "accounts.middleware.local_time",
    "accounts.middleware.AccountPages",
    "accounts.middleware.StaffSecondFactor",
]

ROOT_URLCONF = "config.urls"

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
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url_config(required("DATABASE_URL", ""))}
DATABASES["default"].update(CONN_MAX_AGE=env.int("CONN_MAX_AGE", 600), CONN_HEALTH_CHECKS=True)
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 2  # what binds its values by the server: digests
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},  # seconds; log-in waits for its limits
    }
}

# --- Work in the background ------------------------------------------------------------------------------------------

# Celery spells a socket's address its own way: redis+socket:///path?virtual_host=0
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 480  # below the ten minutes that a claimed digest is leased
CELERY_TASK_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {  # on the minute: a letter that is wished for at eight leaves within seconds of it
    task.rpartition(".")[2]: {"task": task, "schedule": crontab()}
    for task in ("roadmap.tasks.plan_digests", "roadmap.tasks.wake_senders", "accounts.tasks.forget_sessions")
}

# --- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
SESSION_ENGINE = "accounts.sessions"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/plan/"
LOGIN_URL = "account_login"

SIGN_UP = env.str("SIGN_UP", "open")
if SIGN_UP not in {"open", "invitation", "closed"}:
    raise ImproperlyConfigured("SIGN_UP is one of: open, invitation, closed.")

ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True  # needs mandatory verification

# Codes by mail: six digits, five tries, three mails, a quarter of an hour. A link might open in another browser.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 2
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
# Beside allauth's own, such as wrong log-ins: 10 a minute from one place and 5 in 5 minutes for one address.
# A code has five tries and an address gets 20 codes a day: whoever guesses is right once in some 10,000 days.
ACCOUNT_RATE_LIMITS = {
    "code": "5/15m/key",
    "confirm_email": "3/m/key,20/d/key",  # also for who logs in right after signing up
    "reset_password": "20/m/ip,5/15m/key,20/d/key",
}
# Whose word counts in X-Forwarded-For: nobody's, unless this many proxies of ours stand in front.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Waymark"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds, for clocks that are not quite right
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", not EMBEDDED)  # the admin is closed to staff without one

ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmEmailForm",
    "confirm_password_reset_code": "accounts.forms.ConfirmPasswordResetForm",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
}

# --- Mail ------------------------------------------------------------------------------------------------------------

EMAIL_URL = required("EMAIL_URL", "mailbox:")
HAS_MAILBOX = EMBEDDED and EMAIL_URL.startswith("mailbox:")  # mails stay on this machine, and a page shows them
if EMAIL_URL.startswith("mailbox:"):
    EMAIL_BACKEND = "accounts.mailbox.EmailBackend"
else:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL", "Waymark <waymark@localhost.localdomain>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
DIGESTS_PER_MINUTE = env.int("DIGESTS_PER_MINUTE", 0)  # 0: as many as go; a new sender address begins with few

# Asked for every minute while digests flow; a dead man's switch behind it wakes somebody when that stays away.
DEAD_MAN_URL = env.str("DEAD_MAN_URL", "")

# Whose word counts on bounces and complaints: the mail provider's, signed with this key.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
MAIL_PROVIDER_KEY = env.str("MAIL_PROVIDER_KEY", "") or from_file("MAIL_PROVIDER_KEY_FILE")
if MAIL_PROVIDER not in {"", "mailgun", "mailersend", "mandrill"}:
    raise ImproperlyConfigured("MAIL_PROVIDER is one of: mailgun, mailersend, mandrill.")
if MAIL_PROVIDER and not MAIL_PROVIDER_KEY:
    raise ImproperlyConfigured(f"Set MAIL_PROVIDER_KEY to the key that {MAIL_PROVIDER} signs its webhooks with.")

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "config.formats"

# --- Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else env.str("STATICFILES_STORAGE", "django.contrib.staticfiles.storage.ManifestStaticFilesStorage")
    },
}

# --- Security --------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "roadmap.admin_site.stale_form"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
if IS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024

# --- Logs ------------------------------------------------------------------------------------------------------------

LOGGING = logs.configure(env.str("LOG_LEVEL", "INFO"))
