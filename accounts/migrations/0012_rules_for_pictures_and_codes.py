"""What a laboratory says of pictures that are sent to it, and of codes that are scanned."""

import accounts.accession_pattern
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_poor_fields'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='accession_pattern',
            field=models.CharField(blank=True, help_text='For laboratories: a regular expression. A code of another form that is scanned is shown, not filled in. Empty: any form.', max_length=100, validators=[accounts.accession_pattern.check_accession_pattern], verbose_name='form of accession numbers'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='accession_strip',
            field=models.CharField(blank=True, help_text='For laboratories: left out of a scanned code that begins with it.', max_length=16, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Write letters, digits and signs without blanks.')], verbose_name='start of a code that is no part of the number'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='leave_out_metadata',
            field=models.BooleanField(default=True, help_text='For laboratories: place, times, owner and serial numbers are left out before a picture is sent; make and model of the camera stay.', verbose_name='what pictures say beside their pixels is left out'),
        ),
    ]
