"""The image of a cell is found by two indexes of several columns, and needs none of its own."""

import django.db.models.deletion
from django.db import migrations, models

from hematovision.index_operations import DropIndexOfField


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("cases", "0013_display_sha256")]

    operations = [
        # Nothing asks for cells of all cases by their score.
        migrations.RemoveIndex("cell", "cell_label_and_score"),
        DropIndexOfField(
            "cell",
            "image",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cells",
                to="cases.smearimage",
            ),
        ),
    ]
