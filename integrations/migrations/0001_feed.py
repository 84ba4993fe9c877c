"""The feed of events, which begins now."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models

from cases.triggers import FrozenColumns

_KEPT = [
    "event_id", "type", "source", "laboratory_id", "clinic_id", "order_id", "case_id", "patient_id", "image_id", "report_id", "created_at",
]


def begin(apps, schema_editor):
    """The feed tells of what happens from now on."""
    apps.get_model("integrations", "FeedHead").objects.get_or_create(pk=1)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0006_forgotten_passwords'),
        ('cases', '0023_pseudonymisation'),
        ('reports', '0004_in_order_of_signing'),
    ]

    operations = [
        migrations.CreateModel(
            name='FeedHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('position', models.BigIntegerField(default=0)),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, help_text='Steps before it are older than the feed.')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='the_feed_has_one_head')],
            },
        ),
        migrations.CreateModel(
            name='FeedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('position', models.BigIntegerField(editable=False, null=True, unique=True)),
                ('type', models.CharField(choices=[('patient.merged', 'Patient merged into another'), ('patient.parted', 'Merge of a patient undone'), ('order.received', 'Order received'), ('order.accepted', 'Case opened for an order'), ('order.cancelled', 'Order cancelled'), ('order.rejected', 'Order rejected'), ('case.submitted', 'Case submitted'), ('case.ready', 'Case ready for review'), ('case.in_review', 'Case in review'), ('case.cancelled', 'Case cancelled'), ('image.rejected', 'Image not usable'), ('image.failed', 'Analysis of an image failed'), ('report.signed', 'Report signed'), ('report.corrected', 'Report corrected'), ('report.appended', 'Addendum signed'), ('report.withdrawn', 'Report withdrawn'), ('report.opened', 'Report opened at the clinic'), ('report.acknowledged', 'Report acknowledged at the clinic')], max_length=24)),
                ('source', models.CharField(help_text='The row that it tells of.', max_length=80, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('clinic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('image', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.smearimage')),
                ('laboratory', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('order', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.order')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.patient')),
                ('report', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.report')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['laboratory', 'position'], name='feed_of_laboratory'), models.Index(fields=['clinic', 'position'], name='feed_of_clinic'), models.Index(condition=models.Q(('position__isnull', True)), fields=['id'], name='feed_without_position')],
                'constraints': [models.CheckConstraint(condition=models.Q(('position__isnull', True), ('position__gte', 1), _connector='OR'), name='feed_counts_from_one')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop, elidable=False),
        FrozenColumns("integrations_feedevent", _KEPT, keep_rows=True),
    ]
