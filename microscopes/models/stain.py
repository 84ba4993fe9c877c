"""How a smear was stained."""

from django.db import models


class Stain(models.TextChoices):
    """How the smear was stained."""

    WRIGHT_GIEMSA = "wright_giemsa", "Wright-Giemsa"
    GIEMSA = "giemsa", "Giemsa"
    WRIGHT = "wright", "Wright"
    MAY_GRUNWALD_GIEMSA = "may_grunwald_giemsa", "May-Grünwald-Giemsa"
    LEISHMAN = "leishman", "Leishman"
    OTHER = "other", "Other"
