"""What a clinic needs on paper or on a stick while results do not arrive: the signed reports, and a list of them."""

from __future__ import annotations

import re
import tempfile
import zipfile
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import events_last, record
from cases.services.audit_trail import scope_of
from hematovision.csv_export import csv_lines
from hematovision.errors import Unprocessable
from integrations.reconciliation import versions_astray
from reports.models import Report
from reports.verification import verify_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from accounts.models import User
    from integrations.models import Connection
    from integrations.reconciliation import Period

MOST_REPORTS = 200
_HEAD = ("accession", "version", "kind", "signed_at", "clinic", "file")
_IN_MEMORY = 16 * 1024 * 1024
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.-]+")


def reports_for_pack(user: User, connection: Connection, period: Period) -> QuerySet[Report]:
    """Return of each case the version that stands now, if it was signed in the period and has not arrived."""
    standing = Report.objects.visible_to(user).current()
    return versions_astray(connection, period).filter(pk__in=standing.values("pk")).select_related("case__clinic")


def write_pack(user: User, connection: Connection, period: Period) -> IO[bytes]:
    """Return an open ZIP file with the PDF of every such report and `reports.csv`; each report in the audit trail.

    A report that is not what was signed stays out, and the list says so. Raises `Unprocessable` for more reports than a pack takes, and as
    `Report.read_pdf` where a file is away: a pack is whole or there is none.
    """
    reports = list(reports_for_pack(user, connection, period)[: MOST_REPORTS + 1])
    if len(reports) > MOST_REPORTS:
        raise Unprocessable(
            _("A pack takes %(most)d reports: choose fewer days.") % {"most": MOST_REPORTS}, code="pack_too_large"
        )
    # Closed by whoever is given it.
    pack: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(pack, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        lines = list(_lines(archive, reports))
        archive.writestr("reports.csv", "".join(csv_lines([_HEAD, *lines])))
    with events_last():
        for report in reports:
            record(
                actor=user,
                action=Action.DOWNLOAD,
                target=report,
                after={"what": "downtime pack", "connection": str(connection.pk)},
                **scope_of(report.case),
            )
    pack.seek(0)
    return pack


def _lines(archive: zipfile.ZipFile, reports: list[Report]) -> Iterator[list[object]]:
    """Put each PDF into the archive; a line of the list for each report."""
    for report in reports:
        name = f"{_NOT_IN_A_NAME.sub('-', report.case.accession_number)}-v{report.version}.pdf"
        intact = verify_report(report).intact
        if intact:
            archive.writestr(name, report.read_pdf())
        yield [
            report.case.accession_number,
            report.version,
            report.kind,
            report.created_at.isoformat(timespec="seconds"),
            report.case.clinic.name,
            name if intact else "It is not what was signed: ask the laboratory.",  # not translated
        ]
