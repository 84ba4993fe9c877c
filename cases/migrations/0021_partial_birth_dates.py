"""Birth dates that are known to the month, to the year, or not at all."""

import cases.fields
from django.db import migrations, models

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_orders'),
    ]

    operations = [
        migrations.AddField(
            model_name='formeridentity',
            name='birth_date_precision',
            field=models.CharField(choices=[('day', 'To the day'), ('month', 'To the month'), ('year', 'To the year'), ('unknown', 'Unknown')], default='day', max_length=7),
        ),
        migrations.AddField(
            model_name='patient',
            name='birth_date_precision',
            field=models.CharField(choices=[('day', 'To the day'), ('month', 'To the month'), ('year', 'To the year'), ('unknown', 'Unknown')], default='day', max_length=7),
        ),
        migrations.AlterField(
            model_name='formeridentity',
            name='birth_date',
            field=cases.fields.EncryptedDateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='patient',
            name='birth_date',
            field=cases.fields.EncryptedDateField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='formeridentity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('birth_date__isnull', True), ('birth_date_precision', 'unknown')), models.Q(('birth_date__isnull', False), ('birth_date_precision__in', ['day', 'month', 'year'])), _connector='OR'), name='former_identity_birth_date_is_as_precise_as_said'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('birth_date__isnull', True), ('birth_date_precision', 'unknown')), models.Q(('birth_date__isnull', False), ('birth_date_precision__in', ['day', 'month', 'year'])), _connector='OR'), name='patient_birth_date_is_as_precise_as_said'),
        ),
        FrozenColumns(
            "cases_formeridentity",
            ["id", "patient_id", "sex", "until", "corrected_by_id", "reason"],
            keep_rows=True,
        ),
    ]
