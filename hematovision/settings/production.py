"""A clinic's installation: everything secret comes from the environment, and nothing unsafe starts."""

from hematovision.settings.base import *
from hematovision.settings.environment import env
from hematovision.settings.refusals import refuse_unsafe

DEBUG = env.bool("HEMATOVISION_DEBUG", default=False) or env.bool("DEBUG", default=False)
SECRET_KEY = env.str("HEMATOVISION_SECRET_KEY", default="")
DATABASE_URL = env.str("DATABASE_URL", default="")
# The second factor can be made optional only by saying so.
HEMATOVISION_REQUIRE_MFA = env.bool("HEMATOVISION_REQUIRE_MFA", default=True)
# Demo people and their printed password exist on one's own machine only.
DEMO_ACCOUNTS = False

if not env.str("HEMATOVISION_BASE_URL", default="") and ALLOWED_HOSTS:
    HEMATOVISION_BASE_URL = f"https://{ALLOWED_HOSTS[0].lstrip('.')}"

SECURE_COOKIES = env.bool("HEMATOVISION_SECURE_COOKIES", default=True)
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
DEVICE_COOKIE_NAME = "__Host-device"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"

SECURE_SSL_REDIRECT = env.bool("HEMATOVISION_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("HEMATOVISION_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# A name on the browsers' preload list comes off it after months: only who asks for it.
SECURE_HSTS_PRELOAD = env.bool("HEMATOVISION_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS += ["security.W021"]
if TRUSTED_PROXY_COUNT > 0:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "hematovision.static_storage.ModuleStaticFilesStorage"},
}

# Throttles and lock-outs are counted across all web processes.
CACHES = {
    "default": {
        "BACKEND": "hematovision.cache.ForgivingRedisCache",
        "LOCATION": env.str("HEMATOVISION_CACHE_URL", default=REDIS_URL),
        "KEY_PREFIX": "hematovision",
        "VERSION": 2,  # 1: values were pickled
    },
}

refuse_unsafe(globals())
