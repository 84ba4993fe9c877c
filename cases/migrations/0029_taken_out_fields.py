"""Fields that were taken out of drafts, and the order of the others, which changes in drafts alone."""

from django.conf import settings
from django.db import migrations, models

from cases.triggers import FrozenColumns, OrderOfDrafts


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0028_upload'),
        ('microscopes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='smearimage',
            name='same_bytes_once_per_case',
        ),
        migrations.RemoveConstraint(
            model_name='smearimage',
            name='image_ordinal_is_unique_within_case',
        ),
        migrations.RemoveConstraint(
            model_name='smearimage',
            name='image_state_is_known',
        ),
        migrations.AddField(
            model_name='smearimage',
            name='taken_out_reason',
            field=models.CharField(blank=True, choices=[('wrong', 'It is of another slide or patient'), ('blurred', 'It is blurred or badly lit'), ('retaken', 'A better picture of the same place takes its place'), ('other', 'Another reason')], editable=False, max_length=12),
        ),
        migrations.AlterField(
            model_name='imagetransition',
            name='from_state',
            field=models.CharField(blank=True, choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Not usable'), ('failed', 'Analysis failed'), ('taken_out', 'Taken out')], max_length=12),
        ),
        migrations.AlterField(
            model_name='imagetransition',
            name='to_state',
            field=models.CharField(choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Not usable'), ('failed', 'Analysis failed'), ('taken_out', 'Taken out')], max_length=12),
        ),
        migrations.AlterField(
            model_name='smearimage',
            name='ordinal',
            field=models.PositiveIntegerField(help_text='1 for the first image of the case; one that was taken out keeps its last.'),
        ),
        migrations.AlterField(
            model_name='smearimage',
            name='state',
            field=models.CharField(choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Not usable'), ('failed', 'Analysis failed'), ('taken_out', 'Taken out')], default='received', editable=False, max_length=12),
        ),
        migrations.AddConstraint(
            model_name='smearimage',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'taken_out'), _negated=True), fields=('case', 'sha256'), name='same_bytes_once_per_case'),
        ),
        migrations.AddConstraint(
            model_name='smearimage',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'taken_out'), _negated=True), fields=('case', 'ordinal'), name='image_ordinal_is_unique_within_case'),
        ),
        migrations.AddConstraint(
            model_name='smearimage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'taken_out'), ('taken_out_reason__in', ['wrong', 'blurred', 'retaken', 'other'])), models.Q(models.Q(('state', 'taken_out'), _negated=True), ('taken_out_reason', '')), _connector='OR'), name='image_says_why_it_was_taken_out'),
        ),
        migrations.AddConstraint(
            model_name='smearimage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'queued', 'analysing', 'analysed', 'rejected', 'failed', 'taken_out'])), name='image_state_is_known'),
        ),
        # The number of an image is free in drafts; SQLite has remade the table for its new column.
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
