"""Patients' identifiers before a correction. Their ciphertext alone may be written again, by key rotation."""

import cases.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_labels_of_states'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerIdentity',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mrn', cases.fields.EncryptedCharField(max_length=64, verbose_name='medical record number')),
                ('family_name', cases.fields.EncryptedCharField(max_length=150)),
                ('given_name', cases.fields.EncryptedCharField(blank=True, max_length=150)),
                ('birth_date', cases.fields.EncryptedDateField()),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female'), ('other', 'Other'), ('unknown', 'Unknown')], max_length=10)),
                ('mrn_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('name_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('birth_date_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('until', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reason', models.CharField(choices=[('mistyped', 'Misspelt or mistyped'), ('name_changed', "The person's name changed"), ('number_changed', 'The clinic gave another record number'), ('identity_confirmed', 'Unknown before, confirmed now'), ('other', 'Another reason')], max_length=20)),
                ('note', cases.fields.EncryptedCharField(blank=True, max_length=500)),
                ('corrected_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_identities', to='cases.patient')),
            ],
            options={
                'verbose_name_plural': 'former identities',
                'ordering': ['-until', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['mistyped', 'name_changed', 'number_changed', 'identity_confirmed', 'other'])), name='former_identity_says_why_it_was_corrected')],
            },
        ),
        FrozenColumns(
            "cases_formeridentity",
            ["id", "patient_id", "sex", "until", "corrected_by_id", "reason"],
            keep_rows=True,
        ),
    ]
