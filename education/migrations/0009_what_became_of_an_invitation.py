import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('education', '0007_certificates'),
    ]

    operations = [
        migrations.AddField(
            model_name='expectedmember',
            name='failure',
            field=models.CharField(blank=True, choices=[('server', 'The mail server did not take the e-mail.'), ('person', 'This person cannot be invited. Ask your administrator.'), ('teacher', 'Who took this list may not invite students any more.'), ('limit', 'Who took this list has invited as many people in 24 hours as is allowed.')], max_length=7),
        ),
        # Those who are expected already were sent their e-mail in the request that took the list.
        migrations.AddField(
            model_name='expectedmember',
            name='mail',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed')], default='sent', max_length=7),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='expectedmember',
            name='mail_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]
