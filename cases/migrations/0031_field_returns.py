"""Fields that a reviewer sent back to the clinic."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.triggers import FrozenColumns, OrderOfDrafts


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0030_rejected_specimens'),
        ('microscopes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FieldReturn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('blurred', 'It is out of focus'), ('light', 'It is too dark or too bright'), ('stain', 'The stain cannot be judged'), ('wrong_area', 'It is of a part of the smear where cells cannot be judged'), ('not_a_smear', 'It is not a picture of a blood smear'), ('other_slide', 'It seems to be of another slide'), ('other', 'Another reason, in words')], max_length=16)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('cells', models.JSONField(blank=True, default=list)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outcome', models.CharField(blank=True, choices=[('retaken', 'Taken again'), ('taken_back', 'The laboratory kept it')], max_length=12)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='smearimage',
            name='image_state_is_known',
        ),
        migrations.AlterField(
            model_name='imagetransition',
            name='from_state',
            field=models.CharField(blank=True, choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Not usable'), ('failed', 'Analysis failed'), ('taken_out', 'Taken out'), ('returned', 'Sent back')], max_length=12),
        ),
        migrations.AlterField(
            model_name='imagetransition',
            name='to_state',
            field=models.CharField(choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Not usable'), ('failed', 'Analysis failed'), ('taken_out', 'Taken out'), ('returned', 'Sent back')], max_length=12),
        ),
        migrations.AlterField(
            model_name='smearimage',
            name='state',
            field=models.CharField(choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Not usable'), ('failed', 'Analysis failed'), ('taken_out', 'Taken out'), ('returned', 'Sent back')], default='received', editable=False, max_length=12),
        ),
        migrations.AddConstraint(
            model_name='smearimage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'queued', 'analysing', 'analysed', 'rejected', 'failed', 'taken_out', 'returned'])), name='image_state_is_known'),
        ),
        migrations.AddField(
            model_name='fieldreturn',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='fieldreturn',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='fieldreturn',
            name='image',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='cases.smearimage'),
        ),
        migrations.AddField(
            model_name='fieldreturn',
            name='replacement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.smearimage'),
        ),
        migrations.AddConstraint(
            model_name='fieldreturn',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('image',), name='field_is_sent_back_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='fieldreturn',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['blurred', 'light', 'stain', 'wrong_area', 'not_a_smear', 'other_slide', 'other'])), name='field_return_reason_is_known'),
        ),
        migrations.AddConstraint(
            model_name='fieldreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'other'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='other_reason_of_a_field_return_says_words'),
        ),
        migrations.AddConstraint(
            model_name='fieldreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('outcome', '')), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('outcome__in', ['retaken', 'taken_back'])), _connector='OR'), name='ended_field_return_says_by_whom_and_when'),
        ),
        migrations.AddConstraint(
            model_name='fieldreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'retaken'), ('replacement__isnull', False)), models.Q(models.Q(('outcome', 'retaken'), _negated=True), ('replacement__isnull', True)), _connector='OR'), name='retaken_field_names_its_replacement'),
        ),
        FrozenColumns(
            "cases_fieldreturn",
            ["image_id", "reason", "words", "cells", "by_id", "at"],
            keep_rows=True,
        ),
        # SQLite has remade the table of images for its new state.
        FrozenColumns(
            "cases_smearimage",
            [
                "case_id",
                "sha256",
                "original",
                "media_type",
                "byte_size",
                "width",
                "height",
                "camera",
                "uploaded_by_id",
                "uploaded_at",
            ],
        ),
        OrderOfDrafts(),
    ]
