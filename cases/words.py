"""English texts that are shown in the language of whoever reads them: what the record keeps, and what code without languages says.

Why a case moved, why an image was rejected, what was converted: the record keeps it in English, whoever caused it. The
classes of cells, the differential and the decoding of files know no languages. All of it is named here for the translators;
`in_words` tells it where it is shown, and `in_english` is what is kept of a label.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from hematovision.languages import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrPromise

CELL_CLASSES = (
    _("Neutrophil"),
    _("Neutrophils"),
    _("Eosinophil"),
    _("Eosinophils"),
    _("Basophil"),
    _("Basophils"),
    _("Lymphocyte"),
    _("Lymphocytes"),
    _("Monocyte"),
    _("Monocytes"),
    _("Immature granulocyte"),
    _("Immature granulocytes"),
    _("Erythroblast"),
    _("Erythroblasts"),
    _("Platelet"),
    _("Platelets"),
    _("Unidentified"),
)
"""Labels and plurals of `cases.cell_classes`."""

OF_THE_DIFFERENTIAL = (_("No white cells counted."), _("One cell: a cell result, not a differential."))
"""Remarks of `cases.differential`; the one with a number is below."""

REASONS = (
    _("Its order was cancelled."),
    _("Its order was rejected."),
    _("Linked with a case that was opened before."),
)
"""Why a step was taken, as its row keeps it."""

OF_FILES = (
    _("Accepted are JPEG, PNG, TIFF, BMP and WebP images."),
    _(
        "Opening this image would take far more time or memory than an image of its size needs. "
        "Open it in an image program, save it anew and send that."
    ),
    _("This image is damaged or incomplete and cannot be read. Send it again."),
    _("The image has 32 bits per channel. Save it with 8 or 16 bits per channel and send that."),
    _("This TIFF holds several images (a stack or several pages). Send each as a file of its own."),
    _("an empty file"),
    _("a text file"),
    _("an HTML page"),
    _("an SVG drawing"),
    _("an XML file"),
    _("an HEIC or AVIF image (on the phone, set the camera to JPEG)"),
    _("a video"),
    _("a DICOM file"),
    _("a file of unknown kind"),
    _("a GIF"),
    _("a PDF document"),
    _("a ZIP archive or office document"),
    _("a compressed archive"),
    _("an office document"),
    _("a program"),
    _("a JPEG 2000 image"),
    _("a Photoshop file"),
)
"""What `cases.imaging` says of files it refuses, and the kinds of files."""

CONVERSIONS = (
    _("The file holds further images (previews or reduced copies); the first one is used."),
    _("Turned upright as the camera noted."),
    _("Reduced from 16 to 8 bits per channel."),
    _("Grey image shown as RGB."),
    _("Palette colours converted to RGB."),
    _("Transparent parts laid on white."),
    _("Colours converted from the embedded colour profile to sRGB."),
)
"""What `cases.imaging.conversion` says of an image; kept with it."""

OF_BIRTH_DATES = (
    _("Write the date as 1961-03-05, or 1961-03 or 1961 where no more is known."),
    _("There is no such date."),
)
"""What `cases.partial_date` says of what was typed."""

FIELD_NAMES = (
    _("accession number"),
    _("priority"),
    _("stain"),
    _("objective power"),
    _("scale"),
    _("microscope"),
    _("camera"),
    _("clinical question"),
    _("collected at"),
    _("white blood cell count"),
    _("source of the WBC"),
    _("wbc measured at"),
    _("placer number"),
    _("placer namespace"),
    _("group number"),
    _("service code"),
    _("orderer"),
    _("number of the orderer"),
    _("visit number"),
    _("location"),
    _("specimen number"),
    _("mrn"),
    _("family name"),
    _("given name"),
    _("birth date"),
    _("sex"),
    _("system"),
    _("value"),
    _("reason"),
    _("reasons"),
    _("words"),
    _("note"),
    _("code"),
    _("text"),
    _("question"),
)
"""What fields of records are called in front of a sentence about them."""

WITH_VALUES = (
    _("Limited count: %(count)s leukocytes."),
    _("Submitted although the quality is poor: %(fields)s."),
    _("Submitted although the label of the slide says otherwise: %(reason)s"),
    _("field %(number)s"),
    _("Converted from %(mode)s to RGB."),
    _("This is %(kind)s. Accepted are JPEG, PNG, TIFF, BMP and WebP images."),
    _("This %(kind)s image is damaged or incomplete and cannot be read. Send it again."),
    _("This %(kind)s image is animated. Send a single still image."),
    _("The image has too many pixels. At most %(limit)s megapixels are accepted."),
    _("The image has %(width)s x %(height)s pixels. At most %(limit)s megapixels are accepted."),
    _("The image has %(width)s x %(height)s pixels. At least %(side)s x %(side)s are needed to see a cell."),
)
"""Sentences with values in them; a value that is named here, or a list of such, is translated too."""

ONE_WORD = frozenset(
    {
        *CELL_CLASSES,
        "Good",
        "Acceptable",
        "Poor",
        "Sharp",
        "High",
        "Low",
        "Received",
        "Waiting",
        "Analysing",
        "Analysed",
    }
)
"""Single words that the record keeps. Of others a person is more likely the author than we are."""

_TYPED = frozenset({"reason"})
"""Values that a person wrote: they stay as they are."""

_LONGEST = 1000
_MOST_SENTENCES = 4
_NUMBERS = frozenset({"count", "number", "width", "height", "side"})
_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z])")
_WITHIN_A_SENTENCE = r"(?:(?![.?!] [A-Z]).)+"


def _pattern(sentence: str) -> re.Pattern[str]:
    """What a sentence looks like with values in it."""
    seen: set[str] = set()
    found = ""
    for number, part in enumerate(_PLACE.split(sentence)):
        if number % 2 == 0:
            found += re.escape(part)
        elif part in seen:
            found += f"(?P={part})"
        else:
            found += f"(?P<{part}>{r'[0-9]+' if part in _NUMBERS else _WITHIN_A_SENTENCE})"
            seen.add(part)
    return re.compile(found, re.DOTALL)


_PATTERNS = {sentence: _pattern(sentence) for sentence in WITH_VALUES}


def take_up(sentences: Iterable[str]) -> None:
    """Have `in_words` know the sentences with values of an app above, too; it calls this in `AppConfig.ready`."""
    _PATTERNS.update({sentence: _pattern(sentence.replace("%%", "%")) for sentence in sentences})


def in_words(text: str) -> str:
    """Return an English text of the record in the language of whoever reads it: sentence by sentence.

    What people wrote, and what nobody translated, stays as it is; so does what is longer than any text of ours.
    """
    if (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE or len(text) > _LONGEST:
        return text
    said, parts = [], _BETWEEN_SENTENCES.split(text)
    while parts:
        # The longest beginning that is known: some texts are of several sentences, and stand beside others.
        runs = (" ".join(parts[:length]) for length in range(min(len(parts), _MOST_SENTENCES), 0, -1))
        known = next(((run, told) for run in runs if (told := _known(run))), (parts[0], parts[0]))
        said.append(known[1])
        del parts[: len(_BETWEEN_SENTENCES.split(known[0]))]
    return " ".join(said)


def in_english(text: str | StrPromise) -> str:
    """Return a label or a sentence as the record keeps it, whatever the language of whoever causes it."""
    with in_language("en"):
        return str(text)


def _known(text: str) -> str:
    """The text in the present language, empty where it is not translated or may be somebody's own word."""
    if " " not in text and text.rstrip(".") not in ONE_WORD:
        return ""
    return _told(text)


def _told(text: str) -> str:
    said = gettext(text)
    if said != text:
        return said
    if text.endswith(".") and (said := gettext(text[:-1])) != text[:-1]:
        # A label that was kept as a sentence.
        return f"{said}."
    for sentence, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(text):
            return gettext(sentence) % {name: _value(name, value) for name, value in found.groupdict().items()}
    return ""


def _value(name: str, text: str) -> str:
    if name in _TYPED:
        return text
    return _told(text) or ", ".join(_told(part) or part for part in text.split(", "))
