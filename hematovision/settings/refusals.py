"""What a production installation refuses to start with, each refusal with a sentence saying why."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

SECRET_MIN_LENGTH = 50
FEWEST_CHARACTERS = 10
INDEX_KEY_MIN_LENGTH = 32
CHECKPOINT_KEY_MIN_LENGTH = 32
# Bits of the shortest prefix of public addresses that one operator has to themselves.
NARROW = 16
# Of people; `accounts.models.Role` cannot be imported while settings are read.
ROLES = frozenset({"uploader", "pathologist", "administrator", "auditor", "student"})
# Substrings of keys that were printed somewhere: examples, tests, generators of other projects.
KNOWN_SECRETS = ("insecure", "changeme", "change-me", "test-only", "example", "default")


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Raise `ImproperlyConfigured` naming everything unsafe in `settings`; return when nothing is.

    Values of secrets never appear in the message.
    """
    reasons = list(reasons_to_refuse(settings))
    if reasons:
        raise ImproperlyConfigured("HematoVision does not start: " + " ".join(reasons))


def reasons_to_refuse(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield one sentence for each unsafe setting."""
    if settings["DEBUG"]:
        yield "DEBUG is on: it shows patient data in error pages. Unset HEMATOVISION_DEBUG."
    yield from _secret(settings["SECRET_KEY"])
    yield from _database(settings["DATABASES"]["default"])
    if not (settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]):
        yield "Cookies would travel over plain HTTP: unset HEMATOVISION_SECURE_COOKIES."
    yield from _hosts(settings["ALLOWED_HOSTS"])
    yield from _field_keys(settings["HEMATOVISION_FIELD_KEYS"])
    if len(settings["HEMATOVISION_BLIND_INDEX_KEY"]) < INDEX_KEY_MIN_LENGTH:
        yield (
            f"HEMATOVISION_BLIND_INDEX_KEY is missing or shorter than {INDEX_KEY_MIN_LENGTH} characters: "
            "patients could be found by guessing."
        )
    yield from _checkpoint_keys(settings["AUDIT_CHECKPOINT_KEYS"], settings["SECRET_KEY"])
    if not settings["REDIS_URL"]:
        yield "REDIS_URL is missing: the folder broker serves one machine only."
    yield from _storage(settings["CLINICAL_STORAGE"], settings["OBJECT_STORE"])
    yield from _networks(settings["WEBHOOK_NETWORKS"], settings["MLLP_HOST"])
    if unknown := sorted(settings["HEMATOVISION_MFA_ROLES"] - ROLES):
        yield f"HEMATOVISION_MFA_ROLES names no role with: {', '.join(unknown)}. Roles are {', '.join(sorted(ROLES))}."
    if settings.get("DEMO_ACCOUNTS"):
        yield "DEMO_ACCOUNTS is on: its password is public."


def _networks(webhooks: list[str], listener: str) -> Iterator[str]:
    """What is no address would end workers and the listener again and again; what is everything guards nothing."""
    for text in webhooks:
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            yield f"HEMATOVISION_WEBHOOK_NETWORKS has a value that is no network: {text}. Write 10.20.0.0/16."
            continue
        if network.is_global and network.prefixlen < NARROW:
            yield f"HEMATOVISION_WEBHOOK_NETWORKS has {text}, in which anybody can be. Name networks of your own."
    try:
        ipaddress.ip_address(listener)
    except ValueError:
        yield "HEMATOVISION_MLLP_HOST is no IP address. Write 127.0.0.1, or 0.0.0.0 for every address of the host."


def _secret(secret: str) -> Iterator[str]:
    if not secret:
        yield "HEMATOVISION_SECRET_KEY is missing."
    elif any(known in secret.lower() for known in KNOWN_SECRETS):
        yield "HEMATOVISION_SECRET_KEY is a default or example value: make your own."
    elif len(secret) < SECRET_MIN_LENGTH or len(set(secret)) < FEWEST_CHARACTERS:
        yield f"HEMATOVISION_SECRET_KEY is too weak: use at least {SECRET_MIN_LENGTH} random characters."


def _database(database: Mapping[str, Any]) -> Iterator[str]:
    if "sqlite" in database["ENGINE"]:
        yield (
            "The database is SQLite: set DATABASE_URL to a PostgreSQL server, which several web and worker hosts can share."
        )


def _hosts(hosts: list[str]) -> Iterator[str]:
    if not hosts:
        yield "HEMATOVISION_ALLOWED_HOSTS is missing: name the hosts this installation answers for."
    elif any("*" in host for host in hosts):
        yield "HEMATOVISION_ALLOWED_HOSTS is open ('*'): name the hosts this installation answers for."


def _field_keys(keys: list[str]) -> Iterator[str]:
    if not keys:
        yield "HEMATOVISION_FIELD_KEYS is missing: patient identifiers cannot be encrypted."
        return
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        yield "HEMATOVISION_FIELD_KEYS holds a value that is no Fernet key (32 bytes, URL-safe base64)."


def _storage(choice: str, store: Mapping[str, Any]) -> Iterator[str]:
    """A half-set object store is refused also where files lie in a folder: somebody meant it to be used."""
    if choice not in {"local", "s3"}:
        yield "HEMATOVISION_STORAGE is neither local nor s3."
    needed = {
        "HEMATOVISION_S3_BUCKET": store["bucket_name"],
        "HEMATOVISION_S3_ACCESS_KEY": store["access_key"],
        "HEMATOVISION_S3_SECRET_KEY": store["secret_key"],
    }
    if choice != "s3" and not any(needed.values()):
        return
    for name in (name for name, value in needed.items() if not value):
        yield f"{name} is missing: the object store is only half set."
    if not (store["endpoint_url"] or store["region_name"]):
        yield "HEMATOVISION_S3_ENDPOINT or HEMATOVISION_S3_REGION is missing: nothing says where the bucket is."
    if store["endpoint_url"] and not store["endpoint_url"].startswith("https://"):
        yield "HEMATOVISION_S3_ENDPOINT is not https://: images would travel in the open."
    if store["encryption"] not in {"", "AES256", "aws:kms"}:
        yield "HEMATOVISION_S3_ENCRYPTION is neither AES256 nor aws:kms nor empty."
    if store["kms_key"] and store["encryption"] != "aws:kms":
        yield "HEMATOVISION_S3_KMS_KEY is set, and HEMATOVISION_S3_ENCRYPTION is not aws:kms."
    if store["default_acl"] not in {None, "private"}:
        yield "HEMATOVISION_S3_ACL is neither private nor empty: images would be open to others."


def _checkpoint_keys(keys: list[str], secret: str) -> Iterator[str]:
    """The first key signs. Old ones only verify: a key of whatever quality that did sign has to stay readable."""
    if not keys:
        yield "HEMATOVISION_AUDIT_CHECKPOINT_KEY is missing: checkpoints of the audit trail need a key of their own."
    elif keys[0] == secret:
        yield (
            "HEMATOVISION_AUDIT_CHECKPOINT_KEY is the secret key: who leaks one would forge the other. Make its own."
        )
    elif any(known in keys[0].lower() for known in KNOWN_SECRETS):
        yield "HEMATOVISION_AUDIT_CHECKPOINT_KEY is a default or example value: make your own."
    elif len(keys[0]) < CHECKPOINT_KEY_MIN_LENGTH or len(set(keys[0])) < FEWEST_CHARACTERS:
        yield (
            f"HEMATOVISION_AUDIT_CHECKPOINT_KEY is too weak: use at least {CHECKPOINT_KEY_MIN_LENGTH} random characters."
        )
