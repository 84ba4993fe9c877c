"""Indexes for what the audit page is narrowed by: a record without its type, a name, a stretch of time, what did not succeed."""

from django.db import migrations, models

from hematovision.index_operations import AddIndexInUse


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("audit", "0001_initial")]

    operations = [
        AddIndexInUse(
            "auditevent", models.Index(fields=["object_id", "object_type", "-id"], name="audit_by_record")
        ),
        AddIndexInUse(
            "auditevent", models.Index(fields=["laboratory_id", "actor_name", "-id"], name="audit_by_name")
        ),
        AddIndexInUse("auditevent", models.Index(fields=["laboratory_id", "at"], name="audit_by_laboratory_and_time")),
        AddIndexInUse(
            "auditevent",
            models.Index(
                fields=["laboratory_id", "-id"],
                condition=~models.Q(outcome="success"),
                name="audit_not_successful",
            ),
        ),
        migrations.RemoveIndex("auditevent", "audit_by_object"),
    ]
