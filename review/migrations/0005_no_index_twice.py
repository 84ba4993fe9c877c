"""Foreign keys that another index begins with need none of their own."""

import django.db.models.deletion
from django.db import migrations, models

from hematovision.index_operations import DropIndexOfField


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("cases", "0012_scale_of_a_case"), ("review", "0004_addendum")]

    operations = [
        DropIndexOfField(
            "decision",
            "action",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="review.reviewaction",
            ),
        ),
        DropIndexOfField(
            "decision",
            "cell",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="cases.cell",
            ),
        ),
        DropIndexOfField(
            "reviewaction",
            "case",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="review_actions",
                to="cases.case",
            ),
        ),
    ]
