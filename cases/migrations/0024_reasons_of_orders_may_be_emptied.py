"""What another system said of a step of an order may be emptied, which a pseudonymisation does; all else stays as it is."""

from django.db import migrations

from cases.triggers import AppendOnlyButEmptied


class Migration(migrations.Migration):

    dependencies = [("cases", "0023_pseudonymisation")]

    operations = [
        AppendOnlyButEmptied(
            "cases_ordertransition",
            ["id", "order_id", "from_state", "to_state", "by_id", "at", "reason_code"],
            emptied="reason",
        ),
    ]
