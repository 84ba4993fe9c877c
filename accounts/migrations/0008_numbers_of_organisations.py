"""What other systems call clinics and laboratories, and who gives their record numbers."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_second_factors_encrypted'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='hl7_authority',
            field=models.CharField(blank=True, help_text='Who gives its record numbers (PID-3.4): a name, or name&OID&ISO.', max_length=199, validators=[django.core.validators.RegexValidator('^[^\\s|^~\\\\]*\\Z', 'Write it without blanks and the signs | ^ ~ and \\.')], verbose_name='HL7 assigning authority'),
        ),
        migrations.CreateModel(
            name='OrganisationNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(help_text='An OID, an address, a short name.', max_length=120, validators=[django.core.validators.RegexValidator('^\\S+\\Z', 'A system and a number have no blanks in them.')])),
                ('value', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('^\\S+\\Z', 'A system and a number have no blanks in them.')])),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='accounts.organisation')),
            ],
            options={
                'ordering': ['system', 'value'],
                'constraints': [models.UniqueConstraint(fields=('system', 'value'), name='a_number_of_a_system_is_one_organisations'), models.CheckConstraint(condition=models.Q(models.Q(('system', ''), _negated=True), models.Q(('value', ''), _negated=True)), name='organisation_number_is_whole')],
            },
        ),
    ]
