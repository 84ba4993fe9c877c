"""The sets that ship with the product, of the material that ships with it: for everybody, in every laboratory."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from education.models import Feedback, SetState, TeachingSet
from education.services.shipped_differential import ensure_shipped_differential


@dataclass(frozen=True, slots=True)
class ShippedSet:
    """One of them. `title` and `about` are stored in English and shown in the language of the page."""

    shipped_as: str
    title: str
    about: str
    length: int
    classes: tuple[str, ...] = ()
    finer: bool = False
    adaptive: bool = False
    certificate: bool = False


SHIPPED_SETS = (
    ShippedSet(
        "first-cells",
        _("First cells"),
        _("The five leukocytes of every blood count."),
        20,
        ("neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte"),
    ),
    ShippedSet("all-eight", _("All eight"), _("Every class of the differential, and platelets."), 40),
    ShippedSet(
        "monocyte-or-lymphocyte",
        _("Look-alikes: monocyte or lymphocyte?"),
        _("The two that are mixed up most often."),
        20,
        ("lymphocyte", "monocyte"),
    ),
    ShippedSet(
        "left-shift",
        _("Left shift"),
        _("From the promyelocyte to the segmented neutrophil."),
        20,
        ("segmented", "band", "metamyelocyte", "myelocyte", "promyelocyte"),
        finer=True,
    ),
    ShippedSet("practice", _("Adaptive practice"), _("Asks most what you find hard."), 30, adaptive=True),
    ShippedSet(
        "certificate",
        _("Certificate: the eight classes"),
        _("Fifteen cells of each class, without help. Who passes asks for a certificate."),
        120,
        certificate=True,
    ),
)


def ensure_shipped_sets() -> int:
    """Open those that are not there; what a laboratory closed or changed stays so. Returns how many are new."""
    return ensure_shipped_differential() + sum(
        TeachingSet.objects.get_or_create(
            shipped_as=each.shipped_as,
            defaults={
                "title": each.title,
                "about": each.about,
                "length": each.length,
                "classes": list(each.classes),
                "finer": each.finer,
                "adaptive": each.adaptive,
                # Who is told after every answer learns on the way: what passes is what somebody knew before.
                "feedback": Feedback.AT_END if each.certificate else Feedback.AT_ONCE,
                "certificate": each.certificate,
                "state": SetState.OPEN,
            },
        )[1]
        for each in SHIPPED_SETS
    )
