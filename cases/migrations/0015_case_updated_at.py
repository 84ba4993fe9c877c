import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from cases.triggers import FrozenColumns


def say_when_cases_changed(apps, schema_editor):
    """The last step of a case is the last change that is known of it."""
    transitions = apps.get_model("cases", "CaseTransition").objects.filter(case=OuterRef("pk")).order_by()
    last = transitions.values("case").annotate(last=Max("at")).values("last")
    apps.get_model("cases", "Case").objects.update(updated_at=Coalesce(Subquery(last), F("created_at")))


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0014_no_index_twice"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="updated_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="When its details, state, owner or images last changed.",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["laboratory", "updated_at"], name="case_updated_of_laboratory"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["clinic", "updated_at"], name="case_updated_of_clinic"),
        ),
        migrations.RunPython(say_when_cases_changed, migrations.RunPython.noop),
        # SQLite made the table anew and its trigger went.
        FrozenColumns("cases_case", ["patient_id", "clinic_id", "laboratory_id", "created_by_id", "created_at"]),
    ]
