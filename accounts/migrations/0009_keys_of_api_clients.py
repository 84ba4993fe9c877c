"""Public keys of API clients, and the assertions that they used."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_numbers_of_organisations'),
    ]

    operations = [
        migrations.AddField(
            model_name='apiclient',
            name='jwks',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.CreateModel(
            name='UsedAssertion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jti_digest', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('api_client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='used_assertions', to='accounts.apiclient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('api_client', 'jti_digest'), name='an_assertion_is_used_once')],
            },
        ),
    ]
