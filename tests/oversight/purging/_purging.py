"""What the tests of the purge share: when it runs, which files are there, and what holds one back."""

from __future__ import annotations

from datetime import timedelta

from cases.models import SmearImage
from cases.services.legal_holds import place_legal_hold
from cases.storage import clinical_storage
from microscopes.models import Microscope

LATER = timedelta(days=400)


def files(image):
    return [name for name in (image.original.name, image.display.name, image.thumbnail.name) if name]


def kept(image):
    return [name for name in files(image) if clinical_storage().exists(name)]


def purged(image):
    return SmearImage.objects.select_related("case").get(pk=image.pk)


def hold(record, ines):
    place_legal_hold(actor=ines, case=record.case, reason="The clinic is sued over this.")


def taken_with_a_microscope(record):
    microscope = Microscope.objects.create(organisation=record.case.laboratory, name="M")
    SmearImage.objects.filter(pk=record.image.pk).update(microscope=microscope, microscope_source="chosen")
    return microscope
