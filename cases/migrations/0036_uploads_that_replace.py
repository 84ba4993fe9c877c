import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0032_label_check'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='is_new',
            field=models.BooleanField(blank=True, help_text='Whether the image was made of it; else the same file was there already.', null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='replaces',
            field=models.ForeignKey(blank=True, help_text='The field of the draft that gives its place to it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.smearimage'),
        ),
    ]
