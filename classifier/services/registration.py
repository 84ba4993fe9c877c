"""Entering models in the registry: whose files are whole, and whose parent is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role
from audit.models import Action
from audit.services import record
from classifier.inference.bundle import KERAS_FILE, ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle
from classifier.inference.errors import InferenceError
from classifier.models import ModelVersion
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from microscopes.models import Microscope
from microscopes.permissions import may_manage_those_of

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)

#: Written by `manage.py evaluate --out` beside the model, and read when the card itself has no figures.
EVALUATION_FILE = "metrics.json"


def register_model(*, actor: User | None, directory: Path | str) -> tuple[ModelVersion, bool]:
    """Verify a model directory and enter it in the registry; returns the row and whether it is new.

    Registering the same content again returns the row there is. Raises Unprocessable with the sentence of what is
    missing or altered, or when a variant's parent is not registered or has another network; Conflict when another
    content is registered under the same name and version.
    """
    refuse_strangers(actor)
    bundle = verified(Path(directory).resolve())
    _refuse_orphans(bundle)
    with transaction.atomic():
        known = ModelVersion.objects.select_for_update().filter(name=bundle.name, version=bundle.version).first()
        if known is not None:
            return _registered_again(known, bundle, actor), False
        version = ModelVersion(
            name=bundle.name,
            version=bundle.version,
            directory=str(bundle.directory),
            card=bundle.card,
            card_sha256=bundle.card_sha256,
            scope=_scope_of(bundle),
            registered_by=actor,
        )
        version.full_clean()
        version.save(force_insert=True)
        record(
            actor=actor,
            action=Action.MODEL_CHANGE,
            target=version,
            after={"state": version.state, "card_sha256": version.card_sha256},
        )
    log.info("model_registered", model_version=str(version))
    return version, True


def evaluation_of(bundle: ModelBundle) -> dict[str, Any]:
    """The figures a model comes with: its card's, else those of the metrics.json beside it; empty when none."""
    figures = bundle.card.get("metrics")
    if isinstance(figures, dict) and figures:
        return figures
    if not bundle.has(EVALUATION_FILE):
        return {}
    try:
        read = json.loads(bundle.path(EVALUATION_FILE).read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def verified(directory: Path) -> ModelBundle:
    """The model in a directory, its files checked; raises Unprocessable with the sentence of what is wrong with it."""
    try:
        return ModelBundle.load(directory)
    except InferenceError as error:
        raise Unprocessable(error.sentence, code="model_unusable") from error


def refuse_strangers(actor: User | None, scope: Microscope | None = None) -> None:
    """The registry is the administrators', a microscope those of its laboratory; None is the installation itself."""
    if actor is None:
        return
    if not (actor.is_active and (actor.is_superuser or actor.role == Role.ADMINISTRATOR)):
        raise PermissionRefused(_("Only administrators change the model in use."))
    if scope is not None and not may_manage_those_of(actor, scope.organisation):
        raise PermissionRefused(_("Only administrators of its laboratory change the model of a microscope."))


def _scope_of(bundle: ModelBundle) -> Microscope | None:
    """The microscope a variant says it was calibrated for, if it is one of this installation."""
    named = (bundle.card.get("adapted") or {}).get("microscope")
    try:
        return Microscope.objects.filter(pk=named).first() if bundle.parent and named else None
    except ValidationError:
        return None


def _registered_again(known: ModelVersion, bundle: ModelBundle, actor: User | None) -> ModelVersion:
    if known.card_sha256 != bundle.card_sha256:
        raise Conflict(
            _("%(model)s is registered with another content. A changed model needs a version of its own.")
            % {"model": known},
            code="version_taken",
        )
    if known.directory != str(bundle.directory):
        before = known.directory
        known.directory = str(bundle.directory)
        known.save(update_fields=["directory"])
        record(
            actor=actor,
            action=Action.MODEL_CHANGE,
            target=known,
            before={"directory": before},
            after={"directory": known.directory},
        )
    return known


def _refuse_orphans(bundle: ModelBundle) -> None:
    """A variant is what its parent is but for the head: the parent must be known here, and have the same network."""
    if bundle.parent is None:
        return
    parent = ModelVersion.objects.filter(card_sha256=bundle.parent).first()
    if parent is None:
        raise Unprocessable(
            _("%(model)s is a variant of a model that is not registered here. Register its parent first.")
            % {"model": f"{bundle.name} {bundle.version}"},
            code="parent_missing",
        )
    theirs = parent.card["files"]
    for name in (ONNX_FILE, ONNX_FLOAT_FILE, KERAS_FILE):
        if bundle.has(name) and bundle.card["files"][name] != theirs.get(name):
            raise Unprocessable(
                _("%(model)s has another %(file)s than %(parent)s, of which it claims to be a variant.")
                % {"model": f"{bundle.name} {bundle.version}", "file": name, "parent": parent},
                code="parent_differs",
            )
