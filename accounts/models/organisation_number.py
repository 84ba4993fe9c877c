"""What other systems call a clinic or a laboratory."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_ONE_WORD = RegexValidator(r"^\S+\Z", _("A system and a number have no blanks in them."))


class OrganisationNumber(models.Model):
    """A number of an organisation in a system: a registry of the state, a laboratory system. It is one organisation's alone."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="numbers")
    system = models.CharField(max_length=120, validators=[_ONE_WORD], help_text=_("An OID, an address, a short name."))
    value = models.CharField(max_length=64, validators=[_ONE_WORD])

    class Meta:
        ordering = ["system", "value"]
        constraints = [
            models.UniqueConstraint(fields=["system", "value"], name="a_number_of_a_system_is_one_organisations"),
            models.CheckConstraint(condition=~Q(system="") & ~Q(value=""), name="organisation_number_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"
