"""Indexes that lists of predictions, newest first, are read along, and no index twice."""

import django.db.models.deletion
from django.db import migrations, models

from hematovision.index_operations import AddIndexInUse, DropIndexOfField


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("cases", "0012_scale_of_a_case"), ("classifier", "0004_scope_of_a_model")]

    operations = [
        AddIndexInUse("prediction", models.Index(fields=["-created_at", "-id"], name="prediction_by_time")),
        AddIndexInUse(
            "prediction",
            models.Index(fields=["model_version", "-created_at", "-id"], name="prediction_by_model"),
        ),
        AddIndexInUse("prediction", models.Index(fields=["label", "-created_at", "-id"], name="prediction_by_class")),
        migrations.RemoveIndex("prediction", "prediction_newest_first"),
        migrations.RemoveIndex("prediction", "prediction_by_class_and_score"),
        DropIndexOfField(
            "prediction",
            "cell",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predictions",
                to="cases.cell",
            ),
        ),
        DropIndexOfField(
            "prediction",
            "model_version",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predictions",
                to="classifier.modelversion",
            ),
        ),
    ]
