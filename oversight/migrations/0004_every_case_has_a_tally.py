from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('oversight', '0003_sums_of_tallies'),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO oversight_casetally (case_id, is_current, stain, camera, is_signed) "
            "SELECT id, FALSE, '', '', FALSE FROM cases_case",
            migrations.RunSQL.noop,
        ),
    ]
