"""Which patient a case is of, what an image is and where a cell lies cannot be changed, not even in SQL."""

from django.db import migrations

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [("cases", "0003_faster_lists")]

    operations = [
        FrozenColumns("cases_case", ["patient_id", "clinic_id", "laboratory_id", "created_by_id", "created_at"]),
        FrozenColumns(
            "cases_smearimage",
            [
                "case_id",
                "ordinal",
                "sha256",
                "original",
                "media_type",
                "byte_size",
                "width",
                "height",
                "uploaded_by_id",
                "uploaded_at",
            ],
        ),
        FrozenColumns("cases_cell", ["image_id", "ordinal", "locator", "x", "y", "width", "height", "created_at"]),
    ]
