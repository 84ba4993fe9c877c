"""What the browser may do with our pages."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "autoplay": [],
    "camera": [],  # a page that needs it says so: hematovision.camera.uses_camera
    "display-capture": [],
    "geolocation": [],
    "gyroscope": [],
    "magnetometer": [],
    "microphone": [],
    "midi": [],
    "payment": [],
    "publickey-credentials-create": ["self"],  # passkeys
    "publickey-credentials-get": ["self"],
    "usb": [],
}

# What programs call, with a token or a secret in each request.
PROGRAM_ADDRESSES = ("api/", "fhir/", "identity/")
# Nobody is sent to HTTPS here: health checks and Prometheus speak plain HTTP on the inside, and programs are refused
# (`hematovision.middleware.HttpsForPrograms`).
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$", *(f"^{address}" for address in PROGRAM_ADDRESSES)]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Static files are for our own pages.
WHITENOISE_ALLOW_ALL_ORIGINS = False
