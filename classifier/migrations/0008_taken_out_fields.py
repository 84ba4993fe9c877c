"""An analysis may end because its image was taken out of its case."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('classifier', '0007_predictions_of_an_analysis'),
    ]

    operations = [
        migrations.AlterField(
            model_name='analysis',
            name='problem_kind',
            field=models.CharField(blank=True, choices=[('model', 'The model is missing or altered'), ('file', 'The stored image is missing or altered'), ('attempts', 'Every attempt was cut short'), ('defect', 'A defect in the software'), ('taken_out', 'The image was taken out of its case')], max_length=10),
        ),
    ]
