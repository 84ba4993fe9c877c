"""Computers that send pictures by themselves."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_rules_for_pictures_and_codes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('instance', models.UUIDField(help_text='Drawn by the program for its folder.')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('version', models.CharField(max_length=32, validators=[django.core.validators.RegexValidator('^[0-9A-Za-z.+\\-]+\\Z', 'A version like 1.0.0.')], verbose_name='version')),
                ('waiting', models.PositiveIntegerField(verbose_name='waiting')),
                ('held', models.PositiveIntegerField(verbose_name='held')),
                ('refused', models.PositiveIntegerField(verbose_name='refused')),
                ('clock_off_s', models.IntegerField(blank=True, help_text="Seconds by which its clock is ahead of the server's.", null=True)),
                ('first_seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('api_client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='accounts.apiclient')),
            ],
            options={
                'ordering': ['-seen_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('api_client', 'instance'), name='one_source_per_client_and_folder'), models.CheckConstraint(condition=models.Q(('waiting__gte', 0), ('held__gte', 0), ('refused__gte', 0)), name='source_counts_from_zero')],
            },
        ),
    ]
