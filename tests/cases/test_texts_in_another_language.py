"""What the record keeps is English whoever causes it; what is shown of it is in the language of who reads."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.utils import translation

from audit.models import AuditEvent
from cases import words
from cases.cell_classes import BY_CODE
from cases.differential import differential
from cases.imaging import conversion, file_types
from cases.models.birth import BirthDate
from cases.partial_date import PartialDate, Precision
from cases.services.draft_fields import take_out_image
from cases.services.images import receive_image
from cases.services.orders import reject_order
from cases.words import in_words
from hematovision.errors import DomainError, PermissionRefused
from tests.factories.cases import SmearImageFactory
from tests.factories.image_files import encoded, image_bytes, noise, pixel_flood, upload
from tests.factories.orders import waiting_order


@pytest.fixture
def angle_brackets(monkeypatch):
    """A language in which every sentence of the catalogue stands between brackets."""
    known = {
        text
        for texts in vars(words).values()
        if isinstance(texts, tuple)
        for text in texts
        if isinstance(text, str) and text
    }
    monkeypatch.setattr(words, "gettext", lambda text: f"<{text}>" if text in known else text)
    with translation.override("fr"):
        yield


def test_every_name_of_a_cell_and_of_a_file_is_in_the_catalogue():
    named = {text for each in BY_CODE.values() for text in (each.label, each.plural)}
    assert named == set(words.CELL_CLASSES)
    kinds = [kind for kind in vars(file_types).values() if isinstance(kind, file_types.Kind)]
    kinds += [kind for _, kind in file_types._SIGNATURES]
    assert {kind.name for kind in kinds if not kind.accepted} <= set(words.OF_FILES)


def test_every_conversion_is_in_the_catalogue():
    source = Path(conversion.__file__).read_text("utf-8")
    said = re.findall(r'"([A-Z][^"]*\.)"\)?  # not translated here', source)
    assert len(said) == len(words.CONVERSIONS) + 1
    assert {text.replace("{picture.mode}", "%(mode)s") for text in said} <= {*words.CONVERSIONS, *words.WITH_VALUES}


@pytest.mark.parametrize("counts", [{}, {"neutrophil": 1}, {"neutrophil": 57}])
def test_a_remark_is_told(angle_brackets, counts):
    assert in_words(differential(counts).remark).startswith("<")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40,
        image_bytes("PNG")[:200],
        encoded(noise(20, 30), "PNG"),
        image_bytes("TIFF", save_all=True, append_images=[noise(seed=2)]),
        image_bytes("WEBP", save_all=True, append_images=[noise(seed=2)]),
        pixel_flood(),
    ],
)
def test_a_file_is_refused_in_the_language_of_its_sender(angle_brackets, amina, draft, content):
    with pytest.raises(DomainError) as refused:
        receive_image(actor=amina, case=draft, upload=upload(content))
    assert re.fullmatch(r"<.*>", refused.value.sentence)


def test_values_and_several_sentences_are_told_too(angle_brackets):
    said = "Submitted although the quality is poor: field 1, field 12. Turned upright as the camera noted. He said so."
    several = "He said so. The image has 32 bits per channel. Save it with 8 or 16 bits per channel and send that. Yes."
    assert in_words(said) == (
        "<Submitted although the quality is poor: <field 1>, <field 12>.> <Turned upright as the camera noted.> He said so."
    )
    assert in_words(several) == (
        "He said so. <The image has 32 bits per channel. Save it with 8 or 16 bits per channel and send that.> Yes."
    )
    assert in_words("field blurred") == "field blurred"


@pytest.mark.django_db
def test_the_record_keeps_english(amina, ines, draft):
    image = SmearImageFactory(case=draft)
    order = waiting_order(amina)
    with translation.override("fr"):
        take_out_image(actor=amina, image=image, reason="blurred")
        reject_order(actor=ines, order=order, reason_code="clotted")
        with pytest.raises(PermissionRefused):
            reject_order(actor=amina, order=order, reason_code="clotted")
    assert image.transitions.last().reason == "It is blurred or badly lit"
    assert order.transitions.last().reason == "The blood was clotted."
    denied = AuditEvent.objects.get(outcome="denied")
    assert denied.reason == "Only the laboratory that an order was placed with rejects it."


def test_a_birth_date_is_told_and_is_the_same_date():
    born, plain = BirthDate(dt.date(1961, 3, 5), Precision.DAY), PartialDate(dt.date(1961, 3, 5), Precision.DAY)
    assert (str(born), born.phrase) == ("5 Mar 1961", "born 5 Mar 1961")
    with translation.override("fr"):
        assert str(born) == "5 mars 1961"
    assert (born == plain, plain == born, hash(born) == hash(plain)) == (True, True, True)
    assert BirthDate() != born


@pytest.mark.parametrize("typed", ["Old.", "Clear.", "Is", "Closed."])
def test_a_single_word_that_somebody_typed_stays(monkeypatch, typed):
    monkeypatch.setattr(words, "gettext", lambda text: f"<{text}>")
    with translation.override("fr"):
        assert in_words(typed) == typed
        assert in_words("Good") == "<Good>"


def test_the_reason_within_a_sentence_of_ours_stays_as_it_was_typed(angle_brackets):
    said = in_words("Submitted although the label of the slide says otherwise: Neutrophil, reason, no")
    assert said == "<Submitted although the label of the slide says otherwise: Neutrophil, reason, no>"


def test_what_is_longer_than_any_text_of_ours_is_not_searched(monkeypatch):
    asked = []
    monkeypatch.setattr(words, "gettext", lambda text: asked.append(text) or text)
    with translation.override("fr"):
        typed = "A. " * 5000
        assert in_words(typed) == typed
        assert asked == []
        in_words("A. " * 300)
    # A bounded number of beginnings is tried at each sentence.
    assert len(asked) <= 2 * 4 * 300
