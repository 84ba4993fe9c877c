"""Names of teaching classes in the language of the page."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from education.teaching_classes import BY_CODE

TEACHING_CLASSES = (
    _("Segmented neutrophil"),
    _("Segmented neutrophils"),
    _("Band neutrophil"),
    _("Band neutrophils"),
    _("Metamyelocyte"),
    _("Metamyelocytes"),
    _("Myelocyte"),
    _("Myelocytes"),
    _("Promyelocyte"),
    _("Promyelocytes"),
    _("Blast"),
    _("Blasts"),
    _("Atypical lymphocyte"),
    _("Atypical lymphocytes"),
    _("Giant platelet"),
    _("Giant platelets"),
    _("Smudge cell"),
    _("Smudge cells"),
    _("Artefact"),
    _("Artefacts"),
)
"""Labels and plurals of `education.teaching_classes`, in the order of that table."""


def name_of(code: str) -> str:
    """What the teaching class `code` is called in the language of the page."""
    return gettext(BY_CODE[code].label)


def plural_of(code: str) -> str:
    """What several cells of the teaching class `code` are called in the language of the page."""
    return gettext(BY_CODE[code].plural)


def class_choices() -> list[tuple[str, str]]:
    """Every class with its name in the language of the page, for a form."""
    return [(code, name_of(code)) for code in BY_CODE]


CHANGED_REPORT = _("The report was corrected or withdrawn.")
OBJECTION = _("The patient objects.")
RESTRICTION = _("The patient is restricted.")
NO_CONSENT = _("The clinic does not consent any longer.")
BY_A_RULE = (CHANGED_REPORT, OBJECTION, RESTRICTION, NO_CONSENT)
"""Why a cell was recalled by a rule, as its row keeps it. What a person recalled has a reason of their own."""
