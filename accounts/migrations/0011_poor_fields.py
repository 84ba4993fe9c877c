"""What a laboratory decides about fields of poor quality."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_keys_of_api_clients'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='poor_fields',
            field=models.CharField(choices=[('allow', 'Take them'), ('ask', 'Ask the clinic once'), ('refuse', 'Refuse them until they are retaken or taken out')], default='ask', help_text='For laboratories: what becomes of a case that a clinic submits with them.', max_length=8, verbose_name='fields of poor quality'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('poor_fields__in', ['allow', 'ask', 'refuse'])), name='rule_for_poor_fields_is_known'),
        ),
    ]
