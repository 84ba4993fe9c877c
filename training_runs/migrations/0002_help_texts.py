from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='trainingrun',
            name='mixed_sizes',
            field=models.BooleanField(default=False, help_text='Accept images of very different sizes in a folder.'),
        ),
        migrations.AlterField(
            model_name='trainingrun',
            name='sources',
            field=models.JSONField(help_text='Folders of images below the training data folder.'),
        ),
    ]
