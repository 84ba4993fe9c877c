"""Who signs in and how: users, passwords, second factors, sessions, lock-out, API clients."""

from datetime import timedelta
from typing import Any

from hematovision.settings.environment import env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Words that make no password by themselves; the names of the person's organisation and laboratory come to them.
PASSWORD_WORDS: list[str] = [
    "hematovision",
    "hematology",
    "haematology",
    "hemato",
    "haemato",
    "vision",
    "blood",
    "smear",
    "slide",
    "stain",
    "leukocyte",
    "lymphocyte",
    "neutrophil",
    "microscope",
    "pathology",
    "pathologist",
    "laboratory",
    "hospital",
    "clinic",
    "uploader",
    "auditor",
    "administrator",
    "admin",
    "password",
    "passwort",
    "welcome",
    "login",
    "letmein",
    *env.list("HEMATOVISION_PASSWORD_WORDS", default=[]),
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWordsValidator", "OPTIONS": {"words": PASSWORD_WORDS}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# The browser session ends after this long without a request (seconds).
SESSION_COOKIE_AGE = env.int("HEMATOVISION_IDLE_SECONDS", default=30 * 60)
# And whatever happens in it, so long after signing in (seconds): a working day, and what NIST SP 800-63B asks of two factors.
SESSION_MOST_SECONDS = env.int("HEMATOVISION_SESSION_SECONDS", default=12 * 3600)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A message may name a patient or hold an invitation's link: it waits on the server as ciphertext, not in a cookie.
MESSAGE_STORAGE = "hematovision.sealed_messages.SealedMessages"
CSRF_COOKIE_SAMESITE = "Lax"

# django-allauth: e-mail and password; accounts are made by invitation only.
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# A stolen session must not be enough to take the account: changes of the address ask again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_FORMS = {"reset_password": "accounts.forms.ForgottenPasswordForm"}
# Guesses at second-factor codes, by account: only who has the password makes them. The limit on passwords is below.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,10/300s/key"}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "HematoVision: "
USERSESSIONS_TRACK_ACTIVITY = True
# How long the link in an invitation works.
INVITATION_DAYS = 7

MFA_ADAPTER = "accounts.mfa_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "HematoVision"
# Addresses come from invitations. A changed one that waits for its confirmation must not keep anybody from
# setting up the second factor that their role needs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Whether a second factor is demanded, and of which roles; who administers the platform always needs one then. The others
# are offered one.
HEMATOVISION_REQUIRE_MFA = env.bool("HEMATOVISION_REQUIRE_MFA", default=False)
HEMATOVISION_MFA_ROLES = frozenset(env.list("HEMATOVISION_MFA_ROLES", default=["pathologist", "administrator"]))

# API clients: OAuth2 client credentials, opaque tokens.
IDP_OIDC_ADAPTER = "accounts.idp_adapter.ClientAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
# Tries at the token endpoints, counted before the secret is compared: of an address, and of it for one client.
TOKEN_TRIES_PER_MINUTE = {"address": 60, "client": 20}

# Lock-out: by account and address together, so that nobody can lock somebody else out from afar; over all addresses
# for browsers that the account is not known from (accounts.lockout).
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = 6
# Tries while it is paused neither count nor prolong it: a stranger cannot keep it closed.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
ACCOUNT_FAILURE_LIMIT = 60
DEVICE_COOKIE_NAME = "device"
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.lockout.attempted_account"
AXES_CLIENT_IP_CALLABLE = "audit.middleware.client_ip"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Where people and API clients reach this installation: links in e-mails and the token address use it.
HEMATOVISION_BASE_URL = env.str(
    "HEMATOVISION_BASE_URL",
    default=f"http://{env.str('HOST', default='127.0.0.1')}:{env.str('PORT', default='8000')}",
)
