"""English words that the record keeps or that stand in the code, named here for the translators."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

CHECKS = (
    _("amendments"),
    _("analyses"),
    _("audit trail"),
    _("calibration labels"),
    _("cases"),
    _("certificates"),
    _("comments"),
    _("confirmed smears"),
    _("connections"),
    _("consents to teaching"),
    _("critical limits"),
    _("decisions"),
    _("deliveries"),
    _("destroyed keys"),
    _("device keys"),
    _("emergency access"),
    _("event feed"),
    _("fields sent back"),
    _("guards"),
    _("holds and restrictions"),
    _("images"),
    _("labels"),
    _("labels of the model"),
    _("merged patients"),
    _("messages"),
    _("microscopes"),
    _("models"),
    _("moved cases"),
    _("orders"),
    _("organisations and API clients"),
    _("patients"),
    _("people"),
    _("rejected specimens"),
    _("removals"),
    _("report templates"),
    _("results of verifications"),
    _("second opinions"),
    _("signed reports"),
    _("sources of taught cells"),
    _("threads with clinics"),
)
"""What the verifications are called, as `hematovision.verifications` names them."""

RECORDS = (
    _("case"),
    _("cell"),
    _("delivery"),
    _("explanation"),
    _("image"),
    _("order"),
    _("patient"),
    _("report"),
)
"""What was viewed or asked for, by the last part of its type."""

ROLES = (
    _("administrator"),
    _("auditor"),
    _("pathologist"),
    _("service"),
    _("student"),
    _("uploader"),
)
"""Roles as the audit trail keeps them."""

EXCLUSIONS = (
    _("smudge"),
    _("artefact"),
    _("not a cell"),
    _("duplicate"),
    _("cut off"),
    _("unreadable"),
    _("other"),
)
"""Why a cell does not count, as its action keeps it."""
