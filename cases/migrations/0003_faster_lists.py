"""Indexes after measuring lists and counts with 100,000 cases, images and cells."""

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_api_client'),
        ('cases', '0002_superseded_cells'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='case_laboratory_worklist',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_newest_first',
        ),
        migrations.AlterField(
            model_name='patient',
            name='mrn_index',
            field=models.CharField(db_index=True, editable=False, max_length=64),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['laboratory', 'state', 'due_at', 'submitted_at', 'clinic'], name='case_laboratory_worklist'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['patient', 'laboratory'], name='case_of_patient_at_laboratory'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['patient', 'clinic'], name='case_of_patient_at_clinic'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['laboratory', '-created_at', 'id'], name='case_newest_of_laboratory'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['clinic', '-created_at', 'id'], name='case_newest_of_clinic'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(django.db.models.functions.text.Upper('accession_number'), name='case_accession_number_any_case'),
        ),
        migrations.AddIndex(
            model_name='cell',
            index=models.Index(fields=['image', 'superseded', 'excluded', 'label'], name='cell_counts_of_an_image'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['-created_at', 'id'], name='patient_newest_first'),
        ),
    ]
