"""Files of images that a rule removed: the run, what of which image, by which rule. Never changed; the image says when."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly
from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0017_restriction_of_patients'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='smearimage',
            name='original_purged_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When the original was removed; `ImagePurge` says why.', null=True),
        ),
        migrations.AddField(
            model_name='smearimage',
            name='shown_purged_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When display copy, thumbnail and explanations were removed; `ImagePurge` says why.', null=True),
        ),
        migrations.CreateModel(
            name='PurgeRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('periods', models.JSONField(blank=True, default=dict)),
                ('planned', models.JSONField(blank=True, default=dict)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-began_at', 'id'],
                'indexes': [
                    models.Index(fields=['-began_at', 'id'], name='purge_run_newest_first'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ImagePurge',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(choices=[('signed_originals', 'Originals of signed cases'), ('signed_images', 'Images of signed cases'), ('cancelled_images', 'Images of cancelled cases'), ('withdrawn_images', 'Images of withdrawn cases'), ('pseudonymisation', 'Pseudonymised patient')], max_length=20)),
                ('original', models.BooleanField()),
                ('shown', models.BooleanField()),
                ('files', models.PositiveIntegerField(help_text='How many files.')),
                ('byte_size', models.PositiveBigIntegerField(help_text='Bytes of these files together.')),
                ('purged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='purges', to='cases.smearimage')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='purges', to='cases.purgerun')),
            ],
            options={
                'ordering': ['purged_at', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('rule__in', ['signed_originals', 'signed_images', 'cancelled_images', 'withdrawn_images', 'pseudonymisation'])), name='image_purge_names_its_rule'),
                    models.CheckConstraint(condition=models.Q(('original', True), ('shown', True), _connector='OR'), name='image_purge_says_what_was_removed'),
                    models.UniqueConstraint(condition=models.Q(('original', True)), fields=('image',), name='an_original_is_purged_once'),
                    models.UniqueConstraint(condition=models.Q(('shown', True)), fields=('image',), name='what_is_shown_is_purged_once'),
                ],
            },
        ),
        AppendOnly("cases_purgerun"),
        AppendOnly("cases_imagepurge"),
        # SQLite may have remade the table for its new columns.
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
                "camera",
                "uploaded_by_id",
                "uploaded_at",
            ],
        ),
    ]
