"""A laboratory's texts: written by its pathologists and administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import OrganisationKind, Role
from audit.models import Action
from audit.services import record
from cases.permissions import must_see, refuse
from hematovision.errors import Conflict, Unprocessable
from reports.models import ReportTemplate
from reports.row_digests import template_digest

if TYPE_CHECKING:
    from accounts.models import User

_WRITERS = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR})


def may_write_templates(user: User) -> bool:
    """Whether `user` writes the texts of their laboratory."""
    organisation = user.organisation
    return (
        user.is_active
        and user.token_scopes is None
        and user.role in _WRITERS
        and organisation is not None
        and organisation.kind == OrganisationKind.LABORATORY
    )


def create_template(*, actor: User, part: str, title: str, text: str) -> ReportTemplate:
    """Add a text. Raises `PermissionRefused`, `Unprocessable`, or `Conflict` for a title that is taken."""
    if not may_write_templates(actor) or actor.organisation is None:
        refuse(
            actor=actor,
            object_type="reports.reporttemplate",
            sentence=gettext_noop("Your role does not write templates."),
        )
    template = ReportTemplate(laboratory=actor.organisation, part=part, title=title.strip(), text=text.strip())
    _save(actor, template, Action.CREATE)
    return template


def update_template(*, actor: User, template: ReportTemplate, **changes: Any) -> ReportTemplate:
    """Change a text, or take it out of use; reports that used it keep what they say. Raises as `create_template`."""
    must_see(actor=actor, record_=template)
    if not may_write_templates(actor):
        refuse(actor=actor, target=template, sentence=gettext_noop("Your role does not write templates."))
    for name in ("part", "title", "text", "is_active"):
        if name in changes:
            setattr(template, name, changes[name])
    _save(actor, template, Action.UPDATE)
    return template


def _save(actor: User, template: ReportTemplate, action: Action) -> None:
    try:
        template.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages), code="invalid") from error
    try:
        with transaction.atomic():
            template.save()
            record(
                actor=actor,
                action=action,
                target=template,
                after={
                    "part": template.part,
                    "title": template.title,
                    "in_use": template.is_active,
                    "row": template_digest(template),
                },
                laboratory_id=template.laboratory_id,
            )
    except IntegrityError as error:
        raise Conflict(_("There is already a template with this title."), code="duplicate") from error
