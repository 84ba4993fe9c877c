"""Answers about patients, which lay in the clear for a day, are encrypted under the field keys."""

import json
import uuid

from django.db import migrations, models

from hematovision.field_keys import encrypt_text


def seal(apps, schema_editor):
    """Encrypt what is there: a client that repeats its request during the update gets its answer and writes nothing twice."""
    for row in apps.get_model("rest", "StoredAnswer").objects.all():
        held = {"asked": row.fingerprint, "status": row.status, "body": row.body, "headers": row.headers}
        row.sealed = encrypt_text(json.dumps(held))
        row.object_id = uuid.UUID(row.body["id"])
        row.save(update_fields=["sealed", "object_id"])


def forget(apps, schema_editor):
    """Nothing is put back in the clear."""
    apps.get_model("rest", "StoredAnswer").objects.all().delete()


class Migration(migrations.Migration):
    """Seal StoredAnswer."""

    dependencies = (("rest", "0001_initial"),)

    operations = (
        migrations.AddField("storedanswer", "object_id", models.UUIDField(null=True)),
        migrations.AddField("storedanswer", "sealed", models.TextField(default="")),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RemoveField("storedanswer", "fingerprint"),
        migrations.RemoveField("storedanswer", "status"),
        migrations.RemoveField("storedanswer", "body"),
        migrations.RemoveField("storedanswer", "headers"),
        # Last, which is first on the way back: what was asked and answered cannot be empty there.
        migrations.RunPython(migrations.RunPython.noop, forget),
    )
