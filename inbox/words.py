"""The words of `inbox.critical_limits`, which knows no languages: they are kept in English and translated where they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_noop

WORDS = (
    gettext_noop("Neutrophils"),
    gettext_noop("Lymphocytes"),
    gettext_noop("Eosinophils"),
    gettext_noop("Immature granulocytes"),
    gettext_noop("NRBC"),
    gettext_noop("per 100 WBC"),
    gettext_noop("The report is"),
    gettext_noop("No published limit was found: a default of this product, to be set by the laboratory."),
    gettext_noop(
        "No published limit was found: a default of this product, to be set by the laboratory. In the newborn NRBC are usual."
    ),
    gettext_noop(
        "Telephone limits of North Bristol NHS Trust (below 0.5, above 50); below 0.5 also at Homerton and South Tees."
    ),
    gettext_noop("Telephone limits of Heart of England NHS Foundation Trust (above 20)."),
)
