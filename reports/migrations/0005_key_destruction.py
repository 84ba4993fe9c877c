"""Keys of signed reports that were destroyed by decision. Never changed."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0023_pseudonymisation'),
        ('reports', '0004_in_order_of_signing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyDestruction',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='key_destruction', serialize=False, to='reports.report')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pseudonymisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='key_destructions', to='cases.pseudonymisation')),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        AppendOnly("reports_keydestruction", primary_key="report_id"),
    ]
