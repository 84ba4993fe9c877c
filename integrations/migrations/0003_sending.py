"""Where a connection began in the feed, and how long nobody has answered."""

from django.db import migrations, models

from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0002_connections'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='failing_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='connection',
            name='failures',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='connection',
            name='queued_from',
            field=models.BigIntegerField(default=0, editable=False),
        ),
        # SQLite made the table anew, without its triggers.
        FrozenColumns(
            "integrations_connection", ["id", "laboratory_id", "kind", "created_at"], keep_rows=True
        ),
    ]
