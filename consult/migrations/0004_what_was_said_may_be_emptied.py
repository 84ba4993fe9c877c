"""Comments, what was written to a clinic and what a colleague was asked may become empty: a pseudonymisation takes it away."""

from django.db import migrations

from cases.triggers import AppendOnlyButEmptied, FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('consult', '0003_clinic_threads'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='clinicthreadentry',
            name='clinic_thread_entry_says_something',
        ),
        migrations.RemoveConstraint(
            model_name='comment',
            name='a_comment_says_something',
        ),
        AppendOnlyButEmptied("consult_clinicthreadentry", ["id", "thread_id", "by_id", "at"], emptied="text"),
        AppendOnlyButEmptied("consult_comment", ["id", "case_id", "cell_id", "by_id", "at"], emptied="text"),
        FrozenColumns(
            "consult_secondopinion",
            ["case_id", "asked_by_id", "colleague_id", "blind", "scope", "asked_at"],
            emptied=["question"],
        ),
    ]
