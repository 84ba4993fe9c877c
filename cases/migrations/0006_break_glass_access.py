"""Emergency access to a case of another organisation: who, which case, why, until when. Never changed."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0005_review_of_cells"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BreakGlassAccess",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=500)),
                (
                    "known",
                    models.CharField(
                        choices=[
                            ("mrn", "Record number"),
                            ("birth_date", "Birth date"),
                            ("both", "Record number and birth date"),
                        ],
                        max_length=24,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="break_glass_accesses",
                        to="cases.case",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="break_glass_accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "break-glass accesses",
                "ordering": ["-opened_at", "id"],
                "indexes": [
                    models.Index(fields=["user", "expires_at"], name="break_glass_open_to_a_person"),
                    models.Index(fields=["case", "-opened_at"], name="break_glass_of_a_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="break_glass_access_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("opened_at"))), name="break_glass_access_ends"
                    ),
                ],
            },
        ),
        AppendOnly("cases_breakglassaccess"),
    ]
