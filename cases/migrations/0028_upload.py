"""Files that arrive in pieces: what is there of each, until the image is made."""

import cases.fields
import cases.models.upload
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_reasons_of_orders_may_be_emptied'),
        ('microscopes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('client_id', models.CharField(blank=True, help_text='What the sender calls this upload, to find it again.', max_length=64, validators=[django.core.validators.RegexValidator('^[\\x21-\\x7e]*$', 'Printable ASCII without spaces.')])),
                ('sha256', models.CharField(blank=True, help_text='Of the whole file, as the sender said.', max_length=64, validators=[django.core.validators.RegexValidator('^([0-9a-f]{64})?$', '64 hexadecimal digits in lower case.')])),
                ('name', cases.fields.EncryptedCharField(blank=True, max_length=255)),
                ('length', models.PositiveBigIntegerField(help_text='Bytes of the whole file.')),
                ('received', models.PositiveBigIntegerField(default=0, help_text='Bytes that are kept.')),
                ('pieces', models.JSONField(blank=True, default=list, help_text='Names in the clinical storage, in order.')),
                ('automatic', models.BooleanField(default=True, help_text='Whether the microscope is found where none was chosen.')),
                ('state', models.CharField(choices=[('open', 'Not finished'), ('finished', 'Finished'), ('refused', 'Refused'), ('expired', 'Expired'), ('cancelled', 'Cancelled')], default='open', max_length=10)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(default=cases.models.upload.when_kept_until)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='cases.case')),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.smearimage')),
                ('microscope', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='microscopes.microscope')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='open_upload_by_expiry')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'finished', 'refused', 'expired', 'cancelled'])), name='upload_state_is_known'), models.CheckConstraint(condition=models.Q(('length__gt', 0), ('received__lte', models.F('length'))), name='upload_takes_no_more_than_its_length'), models.CheckConstraint(condition=models.Q(models.Q(('image__isnull', False), ('state', 'finished')), models.Q(models.Q(('state', 'finished'), _negated=True), ('image__isnull', True)), _connector='OR'), name='finished_upload_has_an_image'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='ended_upload_says_when'), models.UniqueConstraint(condition=models.Q(models.Q(('client_id', ''), _negated=True), ('state__in', ['open', 'finished'])), fields=('by', 'case', 'client_id'), name='upload_is_begun_once')],
            },
        ),
    ]
