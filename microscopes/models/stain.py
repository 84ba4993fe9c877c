"""How a smear was stained."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stain(models.TextChoices):
    """How the smear was stained."""

    WRIGHT_GIEMSA = "wright_giemsa", "Wright-Giemsa"  # not translated
    GIEMSA = "giemsa", "Giemsa"  # not translated
    WRIGHT = "wright", "Wright"  # not translated
    MAY_GRUNWALD_GIEMSA = "may_grunwald_giemsa", "May-Grünwald-Giemsa"  # not translated
    LEISHMAN = "leishman", "Leishman"  # not translated
    OTHER = "other", _("Other")
