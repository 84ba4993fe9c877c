"""Whether what a mapping names is there: results we have, clinics and people of the laboratory, codes of HL7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from cases.models import OrderRejection, SpecimenReason
from integrations.codes import REJECT_REASONS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrations.mapping_rows import Rows


def unknown_in(rows: Rows, laboratory: Organisation) -> Iterator[str]:
    """Say in sentences what well-formed rows name and nobody knows: such a row would never be found, or find nothing."""
    for number, row in enumerate(rows.get("results", []), start=1):
        if (row["class"], row["quantity"]) not in RESULTS:
            yield _("results, row %(number)s: there is no result %(cell_class)s, %(quantity)s.") % {
                "number": number,
                "cell_class": row["class"],
                "quantity": row["quantity"],
            }
    clinics = set(Organisation.objects.filter(refers_to=laboratory).values_list("slug", flat=True))
    for table in ("authorities", "locations"):
        for number, row in enumerate(rows.get(table, []), start=1):
            if row["clinic"] not in clinics:
                yield _("%(table)s, row %(number)s: the laboratory has no clinic with the short name %(clinic)s.") % {
                    "table": table,
                    "number": number,
                    "clinic": row["clinic"],
                }
    yield from _unknown_reasons(rows)
    people = {str(pk) for pk in User.objects.filter(organisation=laboratory).values_list("pk", flat=True)}
    for number, row in enumerate(rows.get("signers", []), start=1):
        if row["person"] not in people:
            yield _("signers, row %(number)s: the laboratory has no account with this id.") % {"number": number}


def _unknown_reasons(rows: Rows) -> Iterator[str]:
    known = list(dict.fromkeys([*OrderRejection.values, *SpecimenReason.values]))
    for number, row in enumerate(rows.get("rejections", []), start=1):
        if row["reason"] not in known:
            yield _("rejections, row %(number)s: the reason is one of %(reasons)s.") % {
                "number": number,
                "reasons": ", ".join(known),
            }
        if row["code"] not in REJECT_REASONS:
            yield _("rejections, row %(number)s: %(code)s is no code of HL7 table 0490.") % {
                "number": number,
                "code": row["code"],
            }
