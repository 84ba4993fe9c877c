"""The machine's first rows, and the trigger that keeps predictions as they were written."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("version", models.CharField(max_length=60)),
                (
                    "directory",
                    models.CharField(help_text="Where the model's files lie on every worker.", max_length=500),
                ),
                ("card", models.JSONField(help_text="The model card as it was read when the model was registered.")),
                ("card_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the card")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "Registered"),
                            ("shadow", "Shadow"),
                            ("active", "Active"),
                            ("retired", "Retired"),
                        ],
                        default="registered",
                        max_length=12,
                    ),
                ),
                ("registered_at", models.DateTimeField(auto_now_add=True)),
                ("promoted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "evaluation",
                    models.JSONField(
                        blank=True, default=dict, help_text="The evaluation the promotion was decided on."
                    ),
                ),
                ("reason", models.TextField(blank=True, help_text="Why the model is in its present state.")),
                (
                    "promoted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-registered_at"],
                'constraints': [
                    models.UniqueConstraint(fields=("name", "version"), name="a_model_version_is_registered_once"),
                    models.UniqueConstraint(
                condition=models.Q(("state", "active")), fields=("state",), name="at_most_one_model_is_active"
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "active"), _negated=True), ("promoted_at__isnull", False), _connector="OR"
                ),
                name="an_active_model_was_promoted_at_a_time",
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "active"), _negated=True),
                    models.Q(("evaluation", {}), _negated=True),
                    _connector="OR",
                ),
                name="an_active_model_was_evaluated",
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "active"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="an_active_model_was_promoted_for_a_reason",
            ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Analysis",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Analysing"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("upload", "Image received"),
                            ("sweep", "Found by the sweeper"),
                            ("request", "Asked for by a person"),
                            ("model", "A model came into use"),
                        ],
                        default="upload",
                        max_length=10,
                    ),
                ),
                ("worker", models.CharField(blank=True, max_length=200)),
                ("queued_at", models.DateTimeField()),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True, help_text="When a message for it last reached the broker.", null=True
                    ),
                ),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "problem_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("model", "The model is missing or altered"),
                            ("file", "The stored image is missing or altered"),
                            ("attempts", "Every attempt was cut short"),
                            ("defect", "A defect in the software"),
                        ],
                        max_length=10,
                    ),
                ),
                ("problem", models.TextField(blank=True, help_text="One sentence, shown to people.")),
                ("quality", models.JSONField(blank=True, default=dict)),
                ("um_per_px", models.FloatField(blank=True, null=True, verbose_name="um/px")),
                ("scale_source", models.CharField(blank=True, max_length=20)),
                ("timings", models.JSONField(blank=True, default=dict, help_text="Seconds per step.")),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="analyses", to="cases.smearimage"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="analyses",
                        to="classifier.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "analyses",
                "ordering": ["-queued_at"],
                'constraints': [
                    models.UniqueConstraint(fields=("image", "model_version"), name="a_model_reads_an_image_once"),
                    models.UniqueConstraint(
                condition=models.Q(("model_version__isnull", True)),
                fields=("image",),
                name="an_image_waits_once_for_a_model",
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(
                        ("finished_at__isnull", False), ("model_version__isnull", False), ("started_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="a_done_analysis_has_a_model_a_start_and_an_end",
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), _negated=True),
                    models.Q(
                        ("finished_at__isnull", False),
                        models.Q(("problem", ""), _negated=True),
                        models.Q(("problem_kind", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_failed_analysis_says_why_and_when",
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "running"), _negated=True),
                    models.Q(
                        ("lease_until__isnull", False),
                        ("started_at__isnull", False),
                        models.Q(("worker", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_running_analysis_is_leased_to_a_worker",
            ),
                    models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["queued", "running"]), _negated=True),
                    ("finished_at__isnull", True),
                    _connector="OR",
                ),
                name="an_unfinished_analysis_has_no_end",
            ),
                ],
                'indexes': [
                    models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["state", "lease_until"],
                name="analysis_owing_an_answer",
            ),
                    models.Index(fields=["-finished_at"], name="analysis_by_finish"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prediction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=30)),
                ("score", models.FloatField()),
                ("probabilities", models.JSONField(help_text="Calibrated probability of every class; they sum to 1.")),
                ("identified", models.BooleanField()),
                ("novelty", models.FloatField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predictions",
                        to="classifier.analysis",
                    ),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="predictions", to="cases.cell"
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predictions",
                        to="classifier.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                'constraints': [
                    models.UniqueConstraint(fields=("cell", "model_version"), name="a_model_reads_a_cell_once"),
                    models.CheckConstraint(
                condition=models.Q(("score__gte", 0.0), ("score__lte", 1.0)), name="a_score_is_a_probability"
            ),
                ],
                'indexes': [
                    models.Index(fields=["-created_at", "id"], name="prediction_newest_first"),
                    models.Index(fields=["label", "score"], name="prediction_by_class_and_score"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkerHeartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("worker", models.CharField(max_length=200, unique=True)),
                ("queue", models.CharField(help_text="The queues it reads, separated by commas.", max_length=200)),
                ("engine", models.CharField(blank=True, max_length=20)),
                ("pid", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("ready_at", models.DateTimeField(blank=True, help_text="When its model was loaded.", null=True)),
                ("seen_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.TextField(blank=True)),
                (
                    "model_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="classifier.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-seen_at"],
            },
        ),
        AppendOnly("classifier_prediction"),
    ]
