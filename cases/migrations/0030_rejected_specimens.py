"""Specimens that a laboratory rejected, and the cases that came in their place."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.triggers import AppendOnlyButEmptied, FrozenColumns, Lift, OnePerson, OrderOfDrafts


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_taken_out_fields'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Lift(OrderOfDrafts()),
        migrations.CreateModel(
            name='SpecimenRejection',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reasons', models.JSONField()),
                ('words', models.TextField(blank=True, max_length=1000, validators=[django.core.validators.MaxLengthValidator(1000)])),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-at', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_state_is_known',
        ),
        migrations.AddField(
            model_name='case',
            name='resubmission_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resubmissions', to='cases.case'),
        ),
        migrations.AlterField(
            model_name='case',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting'), ('analysing', 'Analysing'), ('ready', 'Ready for review'), ('in_review', 'In review'), ('signed', 'Signed'), ('delivered', 'Delivered'), ('corrected', 'Corrected'), ('appended', 'Addendum'), ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled'), ('rejected', 'Rejected')], default='draft', editable=False, max_length=12),
        ),
        migrations.AlterField(
            model_name='casetransition',
            name='from_state',
            field=models.CharField(blank=True, choices=[('draft', 'Draft'), ('submitted', 'Waiting'), ('analysing', 'Analysing'), ('ready', 'Ready for review'), ('in_review', 'In review'), ('signed', 'Signed'), ('delivered', 'Delivered'), ('corrected', 'Corrected'), ('appended', 'Addendum'), ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled'), ('rejected', 'Rejected')], max_length=12),
        ),
        migrations.AlterField(
            model_name='casetransition',
            name='to_state',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting'), ('analysing', 'Analysing'), ('ready', 'Ready for review'), ('in_review', 'In review'), ('signed', 'Signed'), ('delivered', 'Delivered'), ('corrected', 'Corrected'), ('appended', 'Addendum'), ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled'), ('rejected', 'Rejected')], max_length=12),
        ),
        migrations.AlterField(
            model_name='imagepurge',
            name='rule',
            field=models.CharField(choices=[('signed_originals', 'Originals of signed cases'), ('signed_images', 'Images of signed cases'), ('cancelled_images', 'Images of cancelled and rejected cases'), ('withdrawn_images', 'Images of withdrawn cases'), ('pseudonymisation', 'Pseudonymised patient')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'analysing', 'ready', 'in_review', 'signed', 'delivered', 'corrected', 'appended', 'withdrawn', 'cancelled', 'rejected'])), name='case_state_is_known'),
        ),
        migrations.AddField(
            model_name='specimenrejection',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='specimenrejection',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rejection', to='cases.case'),
        ),
        migrations.AddField(
            model_name='specimenrejection',
            name='order',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='specimen_rejections', to='cases.order'),
        ),
        migrations.AddIndex(
            model_name='specimenrejection',
            index=models.Index(fields=['at'], name='rejection_by_time'),
        ),
        AppendOnlyButEmptied(
            "cases_specimenrejection", ["id", "case_id", "order_id", "reasons", "by_id", "at"], emptied="words"
        ),
        # SQLite has remade the table of cases for its constraint.
        FrozenColumns("cases_case", ["clinic_id", "laboratory_id", "created_by_id", "created_at", "resubmission_of_id"]),
        OnePerson(),
        OrderOfDrafts(),
    ]
