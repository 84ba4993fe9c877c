"""What the label of a slide said, compared with its case. Kept as written; only what a label said may be emptied or encrypted anew."""

import cases.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0031_field_returns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LabelCheck',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', cases.fields.EncryptedCharField(blank=True, max_length=500)),
                ('agreed', models.BooleanField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='label_checks', to='cases.case')),
            ],
            options={
                'ordering': ['-at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('agreed', False), ('reason', ''), _connector='OR'), name='label_that_agrees_needs_no_reason')],
            },
        ),
        FrozenColumns("cases_labelcheck", ["id", "case_id", "agreed", "reason", "by_id", "at"], keep_rows=True),
    ]
