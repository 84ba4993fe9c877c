"""Numbers of other systems, and two records of one person made one. A case may follow its person, and nobody else."""

import cases.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly
from cases.triggers import FrozenColumns, OnePerson


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_forgotten_passwords'),
        ('cases', '0021_partial_birth_dates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PatientMerge',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('merged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.CharField(max_length=500)),
                ('message', models.CharField(blank=True, help_text='The control id of the message that asked for it; empty for a person.', max_length=64)),
                ('snapshot', cases.fields.EncryptedCharField(max_length=10000000)),
            ],
            options={
                'ordering': ['-merged_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PatientMergeUndo',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('undone_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.CharField(max_length=500)),
            ],
            options={
                'ordering': ['-undone_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PatientNumber',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('system', models.CharField(help_text='Who gave it: an OID, an address, a short name.', max_length=120, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Control characters are not allowed here.')])),
                ('value', cases.fields.EncryptedCharField(max_length=64, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Control characters are not allowed here.')])),
                ('value_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('until', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['system', '-since', 'id'],
            },
        ),
        migrations.AddField(
            model_name='patient',
            name='merged_into',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_patients', to='cases.patient'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('pk')), _negated=True), name='patient_is_not_merged_into_themselves'),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='from_patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_away', to='cases.patient'),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='into',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_here', to='cases.patient'),
        ),
        migrations.AddField(
            model_name='patientmerge',
            name='merged_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='patientmergeundo',
            name='merge',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='undo', to='cases.patientmerge'),
        ),
        migrations.AddField(
            model_name='patientmergeundo',
            name='undone_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='patientnumber',
            name='organisation',
            field=models.ForeignKey(help_text="The patient's own.", on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='patientnumber',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='cases.patient'),
        ),
        migrations.AddConstraint(
            model_name='patientmerge',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='patient_merge_says_why'),
        ),
        migrations.AddConstraint(
            model_name='patientmerge',
            constraint=models.CheckConstraint(condition=models.Q(('from_patient', models.F('into')), _negated=True), name='nobody_is_merged_into_themselves'),
        ),
        migrations.AddConstraint(
            model_name='patientmergeundo',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='patient_merge_undo_says_why'),
        ),
        migrations.AddConstraint(
            model_name='patientnumber',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('organisation', 'system', 'value_index'), name='a_number_of_a_system_is_one_patients'),
        ),
        migrations.AddConstraint(
            model_name='patientnumber',
            constraint=models.CheckConstraint(condition=models.Q(('system', ''), _negated=True), name='a_number_says_whose_it_is'),
        ),
        migrations.AddConstraint(
            model_name='patientnumber',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='a_number_ends_after_it_began'),
        ),
        FrozenColumns(
            "cases_patientnumber", ["id", "patient_id", "organisation_id", "system", "since"], keep_rows=True
        ),
        FrozenColumns(
            "cases_patientmerge",
            ["id", "from_patient_id", "into_id", "merged_by_id", "merged_at", "reason", "message"],
            keep_rows=True,
        ),
        AppendOnly("cases_patientmergeundo"),
        FrozenColumns("cases_case", ["clinic_id", "laboratory_id", "created_by_id", "created_at"]),
        OnePerson(),
    ]
