"""The colleague's labels, kept one by one as they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from consult.cell_labels import CLASS_OF_CODE, EXCLUDED
from consult.models import OpinionLabel, SecondOpinion
from consult.selectors import latest_labels
from consult.services.opinions import MOST_CELLS, lock_asked, require_colleague
from consult.verification import given_digest
from hematovision.errors import NotFound, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User


def save_labels(*, actor: User, opinion: SecondOpinion, labels: Sequence[tuple[UUID, str]]) -> dict[UUID, str]:
    """Write the colleague's `labels`, (cell id, code), and return those that are now other than before.

    A code is a class, "unidentified", "excluded", or "" to take a label back. Saying the same again writes nothing,
    so a browser may repeat what it had no answer to. The first reviewer's record is not touched.

    Raises `NotFound` (not visible, or a cell that was not asked about), `PermissionRefused` for anybody else,
    `Conflict` once it is answered or the case is closed, `Unprocessable` for an unknown code.
    """
    require_colleague(actor=actor, opinion=opinion)
    if len(labels) > MOST_CELLS:
        raise Unprocessable(_("At most %(most)s labels at once.") % {"most": MOST_CELLS}, code="too_many_cells")
    for _pk, code in labels:
        if code and code not in CLASS_OF_CODE:
            raise Unprocessable(_("There is no such cell class."), code="unknown_label")
    with transaction.atomic():
        lock_asked(opinion)
        asked = set(opinion.asked_cells.values_list("cell_id", flat=True))
        if any(pk not in asked for pk, _code in labels):
            raise NotFound(_("This cell is not part of the question."))
        standing = {pk: row.code for pk, row in latest_labels(opinion).items()}
        changed = {pk: code for pk, code in dict(labels).items() if standing.get(pk, "") != code}
        if not changed:
            return {}
        now = timezone.now()
        # Bulk: a reviewer may label a whole selection at once, and the event below counts every row.
        given = [
            OpinionLabel(
                opinion=opinion,
                cell_id=pk,
                label="" if code == EXCLUDED else code,
                excluded=code == EXCLUDED,
                at=now,
            )
            for pk, code in changed.items()
        ]
        OpinionLabel.objects.bulk_create(given)
        record(
            actor=actor,
            action=Action.REVIEW,
            target=opinion,
            # How many, not which: what a blinded colleague says is nobody's before the answer, and the rows themselves stay.
            after={"case": str(opinion.case_id), "labels": len(changed), "given_labels": given_digest(given)},
            **scope_of(opinion.case),
        )
    return changed
