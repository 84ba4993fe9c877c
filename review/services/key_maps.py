"""A reviewer's own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.permissions import may_review_cases, refuse
from review.key_map import clean_keys, keys_of
from review.models import KeyMap

if TYPE_CHECKING:
    from accounts.models import User


def set_keys(*, actor: User, keys: Any) -> dict[str, list[str]]:
    """Change the actor's keys; commands left out have their default. Returns the whole map.

    Raises `PermissionRefused` for those who do not review, `Unprocessable` as `clean_keys`.
    """
    _require_reviewer(actor)
    changed = clean_keys(keys)
    with transaction.atomic():
        key_map, _ = KeyMap.objects.update_or_create(user=actor, defaults={"keys": changed})
        record(actor=actor, action=Action.CONFIGURATION, target=key_map, after={"changed": sorted(changed)})
    return keys_of(actor)


def reset_keys(*, actor: User) -> dict[str, list[str]]:
    """Go back to the default keys; returns them. Raises `PermissionRefused` for those who do not review."""
    _require_reviewer(actor)
    with transaction.atomic():
        if KeyMap.objects.filter(user=actor).delete()[0]:
            record(actor=actor, action=Action.CONFIGURATION, object_type="review.keymap", after={"changed": []})
    return keys_of(actor)


def _require_reviewer(actor: User) -> None:
    if not may_review_cases(actor):
        refuse(
            actor=actor,
            object_type="review.keymap",
            sentence=gettext_noop("The keys of the workspace are those of its reviewers."),
        )
