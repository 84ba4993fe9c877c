"""What found a cell is called its detector. SQLite remakes the table for the constraint, so its columns are frozen again."""

from django.db import migrations, models

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [("cases", "0006_break_glass_access")]

    operations = [
        migrations.RemoveConstraint("cell", "cell_is_recorded_once_per_locator"),
        migrations.RenameField("cell", "locator", "detector"),
        migrations.AddConstraint(
            "cell",
            models.UniqueConstraint(fields=("image", "detector", "ordinal"), name="cell_is_recorded_once_per_detector"),
        ),
        migrations.AlterField(
            "cell",
            "detector",
            models.CharField(help_text='Version of the detector, or "human".', max_length=40),
        ),
        migrations.AlterField(
            "cell",
            "ordinal",
            models.PositiveIntegerField(help_text="1 for the first cell of the image, by this detector."),
        ),
        migrations.AlterField(
            "cell",
            "area_px",
            models.PositiveIntegerField(help_text="Area of the detected mask in pixels."),
        ),
        migrations.AlterField(
            "cell",
            "superseded",
            models.BooleanField(
                default=False,
                editable=False,
                help_text="A later analysis found other boxes; this cell is kept as evidence only.",
            ),
        ),
        FrozenColumns("cases_cell", ["image_id", "ordinal", "detector", "x", "y", "width", "height", "created_at"]),
    ]
