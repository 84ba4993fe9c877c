"""The predictions of an analysis lie by class, for lists of a clinic and class; no index twice."""

import django.db.models.deletion
from django.db import migrations, models

from hematovision.index_operations import AddIndexInUse, DropIndexOfField


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("classifier", "0006_waiting_for_a_part")]

    operations = [
        AddIndexInUse("prediction", models.Index(fields=["analysis", "label"], name="prediction_of_an_analysis")),
        DropIndexOfField(
            "prediction",
            "analysis",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predictions",
                to="classifier.analysis",
            ),
        ),
    ]
