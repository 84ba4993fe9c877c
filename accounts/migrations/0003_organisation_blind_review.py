from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_api_client"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="blind_review",
            field=models.BooleanField(
                default=False,
                help_text="For laboratories: a reader sees the machine's label and score of a cell after labelling it.",
                verbose_name="reads blind",
            ),
        ),
    ]
