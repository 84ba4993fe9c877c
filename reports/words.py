"""Words that are kept as codes and translated where they are shown: said here, so that translators are given them."""

from __future__ import annotations

from django.utils.translation import gettext_noop

QUALITY_AND_STATES = (
    gettext_noop("Good"),
    gettext_noop("Acceptable"),
    gettext_noop("Poor"),
    gettext_noop("Received"),
    gettext_noop("Queued"),
    gettext_noop("Analysing"),
    gettext_noop("Analysed"),
    gettext_noop("Rejected"),
    gettext_noop("Failed"),
)
"""The quality of an image, or where it stands, as a report prints the code."""
FLAGS = (gettext_noop("Low"), gettext_noop("High"))
"""Where a value lies beside its reference range."""
