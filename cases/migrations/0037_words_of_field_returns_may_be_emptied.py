"""The words beside a field that was sent back may become empty: a pseudonymisation takes them away."""

from django.db import migrations

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0036_uploads_that_replace'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='fieldreturn',
            name='other_reason_of_a_field_return_says_words',
        ),
        FrozenColumns(
            "cases_fieldreturn", ["image_id", "reason", "cells", "by_id", "at"], keep_rows=True, emptied=["words"]
        ),
    ]
