"""Where clinical files are kept: a folder of this host or an S3-compatible object store; imported by ``base``. Why: docs/adr/0033."""

from __future__ import annotations

from typing import Any

from hematovision.settings.environment import VAR_DIR, env

# Files: originals and display copies lie below MEDIA_ROOT and have no URL of their own; views with
# permission checks hand them out.
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = ""
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_TEMP_DIR = str(VAR_DIR / "uploads")

CLINICAL_STORAGE: str = env.str("HEMATOVISION_STORAGE", default="local") or "local"
OBJECT_STORE: dict[str, Any] = {
    "bucket_name": env.str("HEMATOVISION_S3_BUCKET", default=""),
    # Empty: Amazon's own, of the region.
    "endpoint_url": env.str("HEMATOVISION_S3_ENDPOINT", default="") or None,
    "region_name": env.str("HEMATOVISION_S3_REGION", default="") or None,
    "access_key": env.str("HEMATOVISION_S3_ACCESS_KEY", default=""),
    "secret_key": env.str("HEMATOVISION_S3_SECRET_KEY", default=""),
    "encryption": env.str("HEMATOVISION_S3_ENCRYPTION", default="AES256"),
    "kms_key": env.str("HEMATOVISION_S3_KMS_KEY", default=""),
    # Empty sends none, for a bucket that has them turned off, as Amazon makes new ones.
    "default_acl": env.str("HEMATOVISION_S3_ACL", default="private") or None,
    "timeout_seconds": env.float("HEMATOVISION_S3_TIMEOUT_SECONDS", default=10),
}

# The two by name, so that files can be moved from one to the other. Neither is made before it is used.
CLINICAL_STORAGES: dict[str, dict[str, Any]] = {
    "local": {
        "BACKEND": "cases.storage.PrivateFileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT / "clinical")},
    },
    "s3": {"BACKEND": "cases.object_storage.ObjectStorage", "OPTIONS": OBJECT_STORE},
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    **CLINICAL_STORAGES,
    "clinical": CLINICAL_STORAGES.get(CLINICAL_STORAGE, CLINICAL_STORAGES["local"]),
}
