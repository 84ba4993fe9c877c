"""What a reader decides of a cell: excluded and why, flagged, removed, by whom, and in which revision."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cases.triggers import FrozenColumns

_REASONS = [
    ("smudge", "Smudge cell"),
    ("artefact", "Artefact or stain deposit"),
    ("not_a_cell", "Not a cell"),
    ("duplicate", "Counted twice"),
    ("cut_off", "Cut off by the edge"),
    ("unreadable", "Out of focus or overlapped"),
    ("other", "Other"),
]


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0004_evidence_stays_as_it_was"),
    ]

    operations = [
        migrations.AddField(
            model_name="cell",
            name="exclusion_reason",
            field=models.CharField(
                blank=True,
                choices=_REASONS,
                default="",
                editable=False,
                help_text="Why it does not count.",
                max_length=16,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="cell",
            name="flagged",
            field=models.BooleanField(
                default=False, editable=False, help_text="A reader wants to come back to it."
            ),
        ),
        migrations.AddField(
            model_name="cell",
            name="removed",
            field=models.BooleanField(
                default=False, editable=False, help_text="A false detection: kept in the record, never counted."
            ),
        ),
        migrations.AddField(
            model_name="cell",
            name="revision",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="Grows with every change of what it is called, by whomever."
            ),
        ),
        migrations.AddField(
            model_name="cell",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="cell",
            name="decided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.CheckConstraint(
                condition=models.Q(("removed", False), ("excluded", True), _connector="OR"),
                name="removed_cell_is_excluded",
            ),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exclusion_reason", ""),
                    models.Q(("excluded", True), ("exclusion_reason__in", [code for code, _ in _REASONS])),
                    _connector="OR",
                ),
                name="exclusion_reason_is_known_and_of_an_excluded_cell",
            ),
        ),
        # SQLite remade the table and dropped its triggers.
        FrozenColumns("cases_cell", ["image_id", "ordinal", "locator", "x", "y", "width", "height", "created_at"]),
    ]
