"""Which registered model is in use: what is promoted, by whom and why.

A model in its own right answers for the installation, a variant for the microscope it was calibrated for and no other:
each of them is a scope with one active model at most, promoted and rolled back by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from classifier.inference.bundle import ModelBundle
from classifier.inference.errors import InferenceError
from classifier.models import AnalysisTrigger, ModelState, ModelVersion
from classifier.selectors import is_void
from classifier.services.registration import (
    EVALUATION_FILE,
    evaluation_of,
    refuse_strangers,
    register_model,
    verified,
)
from classifier.services.requeueing import failed_for_the_model, requeue_analyses
from hematovision.errors import Conflict, DomainError, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User
    from microscopes.models import Microscope

log = structlog.get_logger(__name__)


def promote_model(
    *,
    actor: User | None,
    version: ModelVersion,
    reason: str,
    evaluation: dict[str, Any] | None = None,
) -> ModelVersion:
    """Make a registered model the one that answers in its scope; the one before it is retired in the same transaction.

    The files are verified again first, and there must be an evaluation: the one given, else the card's figures, else
    the directory's metrics.json. Raises Unprocessable when there is none, when the files do not match or no reason is
    given, or for a variant that names no microscope of this installation; Conflict when the model is active already, or
    is a variant of another model than the one in use.
    """
    refuse_strangers(actor, version.scope)
    if not reason.strip():
        raise Unprocessable(_("Say why this model comes into use."), code="reason_missing")
    bundle = verified(Path(version.directory))
    if bundle.card_sha256 != version.card_sha256:
        raise Unprocessable(
            _("The card of %(model)s is not the one that was registered. Register the directory under a new version.")
            % {"model": version},
            code="model_altered",
        )
    figures = evaluation or evaluation_of(bundle)
    if not _is_evaluation(figures):
        raise Unprocessable(
            _(
                "%(model)s has no evaluation: its card has no figures and there is no %(file)s beside it. "
                "Run `manage.py evaluate` and keep its output with the model."
            )
            % {"model": version, "file": EVALUATION_FILE},
            code="evaluation_missing",
        )
    _refuse_unscoped(version)
    _refuse_void(version)
    with transaction.atomic():
        version = ModelVersion.objects.select_for_update().get(pk=version.pk)
        if version.state == ModelState.ACTIVE:
            raise Conflict(_("%(model)s is active already.") % {"model": version}, code="already_active")
        return _activate(actor, version, reason.strip(), figures)


def rollback_model(*, actor: User | None, reason: str, scope: Microscope | None = None) -> ModelVersion:
    """Go back to the model that was active before the present one: the installation's, or the variant of a microscope.

    Raises Conflict when there is none to go back to, Unprocessable when its files no longer match or no reason is given.
    """
    refuse_strangers(actor, scope)
    if not reason.strip():
        raise Unprocessable(_("Say why the model is rolled back."), code="reason_missing")
    previous = previous_model(scope)
    if previous is None:
        sentence = (
            _("There is no earlier model to go back to.")
            if scope is None
            else _("There is no earlier variant for %(microscope)s to go back to.") % {"microscope": scope}
        )
        raise Conflict(sentence, code="no_earlier_model")
    _refuse_void(previous)
    bundle = verified(Path(previous.directory))
    if bundle.card_sha256 != previous.card_sha256:
        sentence = _("The files of %(model)s are not the ones that were in use.") % {"model": previous}
        raise Unprocessable(sentence, code="model_altered")
    with transaction.atomic():
        previous = ModelVersion.objects.select_for_update().get(pk=previous.pk)
        return _activate(actor, previous, reason.strip(), previous.evaluation)


def retire_variant(*, actor: User | None, version: ModelVersion, reason: str) -> ModelVersion:
    """Take the variant of a microscope out of use: from now on its parent answers there.

    Raises Conflict when it is not in use, Unprocessable for a model in its own right or without a reason.
    """
    refuse_strangers(actor, version.scope)
    if not reason.strip():
        raise Unprocessable(_("Say why the variant is no longer used."), code="reason_missing")
    if version.scope is None:
        raise Unprocessable(
            _("%(model)s answers for the whole installation. Promote another model instead.") % {"model": version},
            code="not_a_variant",
        )
    with transaction.atomic():
        version = ModelVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        if version.state != ModelState.ACTIVE:
            raise Conflict(_("%(model)s is not in use.") % {"model": version}, code="not_active")
        version.state, version.reason = ModelState.RETIRED, reason.strip()
        version.save(update_fields=["state", "reason"])
        _record_change(actor, version, before=str(version), after="")
    log.info("variant_retired", model_version=str(version), microscope=str(version.scope_id))
    return version


def previous_model(scope: Microscope | None = None) -> ModelVersion | None:
    """The model that was active last before the present one: the installation's, or the variant of a microscope."""
    return (
        ModelVersion.objects.filter(state=ModelState.RETIRED, promoted_at__isnull=False, scope=scope)
        .order_by("-promoted_at")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Ensured:
    """What `ensure_model` found or did, with a sentence for the operator."""

    active: ModelVersion | None
    sentence: str


def ensure_model(*, directory: Path | str) -> Ensured:
    """Register the installation's model, and activate it when nothing else can answer.

    A model in use is never replaced silently: another one in `directory` is registered and left for a person to
    promote. The exception is an active model that the installation itself activated and whose files are gone or
    changed, as after an upgrade: no person chose it, and it cannot answer.
    """
    active = ModelVersion.objects.active()
    try:
        version, _is_new = register_model(actor=None, directory=directory)
        if version.state == ModelState.ACTIVE:
            return Ensured(version, f"{version} is active.")  # not translated
        if active is None:
            reason = gettext_noop("The first model of this installation.")
        elif active.promoted_by_id is None and not _is_usable(active):
            reason = f"The files of {active} are no longer on this installation."  # not translated
        else:
            return Ensured(active, f"{active} stays active; {version} is registered.")  # not translated
        version = promote_model(actor=None, version=version, reason=reason)
        # What failed only because nothing could answer is what this installation still owes.
        again = requeue_analyses(
            actor=None,
            analyses=failed_for_the_model(),
            reason=f"{version} came into use.",  # not translated
            trigger=AnalysisTrigger.MODEL,
        )
    except DomainError as error:
        return Ensured(active, error.sentence)
    started = f" {again} images that failed for want of a model were started again." if again else ""  # not translated
    return Ensured(version, f"{version} is active now. {reason}{started}")


def _activate(actor: User | None, version: ModelVersion, reason: str, evaluation: dict[str, Any]) -> ModelVersion:
    now = timezone.now()
    before = (
        ModelVersion.objects.select_for_update(of=("self",))
        .filter(state=ModelState.ACTIVE, scope=version.scope_id)
        .first()
    )
    if before is not None:
        before.state = ModelState.RETIRED
        before.save(update_fields=["state"])
    version.state = ModelState.ACTIVE
    version.promoted_at = now
    version.promoted_by = actor
    version.reason = reason
    version.evaluation = evaluation
    version.save(update_fields=["state", "promoted_at", "promoted_by", "reason", "evaluation"])
    _record_change(actor, version, before=str(before or ""), after=str(version))
    log.info(
        "model_promoted",
        model_version=str(version),
        before=str(before or ""),
        microscope=str(version.scope_id) if version.scope_id else None,
    )
    return version


def _record_change(actor: User | None, version: ModelVersion, *, before: str, after: str) -> None:
    """Write what answers now in the scope of `version`, and why; "" where its parent does."""
    where = {} if version.scope is None else {"microscope": str(version.scope.pk)}
    record(
        actor=actor,
        action=Action.MODEL_CHANGE,
        target=version,
        reason=version.reason,
        before={"active": before, **where},
        after={"active": after, **where},
        laboratory_id=None if version.scope is None else version.scope.laboratory_id,
    )


def _refuse_unscoped(version: ModelVersion) -> None:
    """A variant that is of no microscope here would answer for cameras it was not made for."""
    if version.parent_sha256 and version.scope_id is None:
        raise Unprocessable(
            _(
                "%(model)s is a variant, and it names no microscope of this installation, so there is nothing it could "
                "answer for. Calibrate with `--microscope`, or from the page of the microscope."
            )
            % {"model": version},
            code="scope_missing",
        )


def _refuse_void(version: ModelVersion) -> None:
    """A variant answers only while its parent is the model of the installation."""
    active = ModelVersion.objects.active()
    if not version.parent_sha256 or not is_void(version, active):
        return
    if active is None:
        sentence = _("No model is in use. Promote the parent of %(model)s first.") % {"model": version}
        raise Conflict(sentence, code="variant_void")
    raise Conflict(
        _(
            "%(model)s was calibrated from another model than %(active)s, which is in use, and is void. "
            "Calibrate the model in use, with the same cells."
        )
        % {"model": version, "active": active},
        code="variant_void",
    )


def _is_usable(version: ModelVersion) -> bool:
    try:
        return ModelBundle.load(version.directory).card_sha256 == version.card_sha256
    except InferenceError:
        return False


def _is_evaluation(figures: Any) -> bool:
    """Whether there is at least one accuracy with its n, at the top or under a data set's name."""
    if not isinstance(figures, dict):
        return False
    if isinstance(figures.get("accuracy"), int | float) and figures.get("n"):
        return True
    return any(_is_evaluation(value) for value in figures.values())
