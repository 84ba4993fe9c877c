"""Orders and every step of theirs. Whose an order is, and its number, never change."""

import cases.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly
from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_forgotten_passwords'),
        ('cases', '0019_purge_of_images'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('placer_number', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('placer_namespace', models.CharField(help_text='Which numbering the placer number is of.', max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('group_number', models.CharField(blank=True, max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('service_code', models.CharField(blank=True, max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('priority', models.CharField(choices=[('routine', 'Routine'), ('urgent', 'Urgent'), ('stat', 'Stat')], default='routine', max_length=10)),
                ('clinical_question', models.TextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)])),
                ('ordering_name', models.CharField(blank=True, max_length=150, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)], verbose_name='orderer')),
                ('ordering_id', models.CharField(blank=True, max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)], verbose_name='number of the orderer')),
                ('visit_number', cases.fields.EncryptedCharField(blank=True, max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('location', models.CharField(blank=True, max_length=120, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('collected_at', models.DateTimeField(blank=True, null=True)),
                ('wbc', models.DecimalField(blank=True, decimal_places=2, help_text='10^9/L, as reported by the analyser.', max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(2000)], verbose_name='white blood cell count')),
                ('wbc_source', models.CharField(blank=True, max_length=120, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)], verbose_name='source of the WBC')),
                ('wbc_measured_at', models.DateTimeField(blank=True, null=True)),
                ('specimen_id', models.CharField(blank=True, max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)], verbose_name='specimen number')),
                ('state', models.CharField(choices=[('requested', 'Waiting'), ('accepted', 'Case opened'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('rejected', 'Rejected')], default='requested', editable=False, max_length=12)),
                ('received_by', models.CharField(choices=[('api', 'REST API'), ('fhir', 'FHIR'), ('hl7', 'HL7 v2'), ('page', 'Page')], editable=False, max_length=8)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, help_text='When its details or its state last changed.')),
                ('case', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='order', to='cases.case')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders_placed', to='accounts.organisation')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('laboratory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders_received', to='accounts.organisation')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='cases.patient')),
            ],
            options={
                'ordering': ['-created_at', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('laboratory', 'placer_namespace', 'placer_number'), name='placer_number_is_unique_within_laboratory_and_namespace', violation_error_message='The laboratory already has an order with this placer number.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('placer_number', ''), _negated=True), models.Q(('placer_namespace', ''), _negated=True)), name='order_has_a_placer_number'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'accepted', 'in_progress', 'completed', 'cancelled', 'rejected'])), name='order_state_is_known'),
                    models.CheckConstraint(condition=models.Q(('priority__in', ['routine', 'urgent', 'stat'])), name='order_priority_is_known'),
                    models.CheckConstraint(condition=models.Q(('received_by__in', ['api', 'fhir', 'hl7', 'page'])), name='order_source_is_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'requested'), _negated=True), ('case__isnull', True), _connector='OR'), name='waiting_order_has_no_case'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'in_progress', 'completed']), _negated=True), ('case__isnull', False), _connector='OR'), name='accepted_order_has_a_case'),
                    models.CheckConstraint(condition=models.Q(('wbc__isnull', True), models.Q(('wbc__gte', 0), models.Q(('wbc_source', ''), _negated=True)), _connector='OR'), name='order_wbc_is_not_negative_and_names_its_source', violation_error_message='Give the source of the white blood cell count (for instance the analyser).'),
                ],
                'indexes': [
                    models.Index(fields=['laboratory', 'state', 'created_at'], name='order_of_laboratory_by_state'),
                    models.Index(fields=['clinic', 'state', 'created_at'], name='order_of_clinic_by_state'),
                    models.Index(fields=['laboratory', '-created_at', 'id'], name='order_newest_of_laboratory'),
                    models.Index(fields=['clinic', '-created_at', 'id'], name='order_newest_of_clinic'),
                    models.Index(fields=['laboratory', 'updated_at'], name='order_updated_of_laboratory'),
                    models.Index(fields=['clinic', 'updated_at'], name='order_updated_of_clinic'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OrderTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(blank=True, choices=[('requested', 'Waiting'), ('accepted', 'Case opened'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('rejected', 'Rejected')], max_length=12)),
                ('to_state', models.CharField(choices=[('requested', 'Waiting'), ('accepted', 'Case opened'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('rejected', 'Rejected')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.TextField(blank=True)),
                ('reason_code', models.CharField(blank=True, choices=[('mismatch', 'Specimen and order do not belong together'), ('label', 'The slide is not labelled, or not readably'), ('not_received', 'No specimen came'), ('damaged', 'The slide is broken or cannot be used'), ('clotted', 'The blood was clotted'), ('not_offered', 'The laboratory does not offer this examination'), ('duplicate', 'It was ordered twice'), ('other', 'Another reason')], max_length=16)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='cases.order')),
            ],
            options={
                'ordering': ['at', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('to_state', 'rejected'), _negated=True), models.Q(('reason_code', ''), _negated=True), _connector='OR'), name='rejected_order_has_a_coded_reason'),
                ],
            },
        ),
        AppendOnly("cases_ordertransition"),
        FrozenColumns(
            "cases_order",
            [
                "clinic_id",
                "laboratory_id",
                "placer_namespace",
                "placer_number",
                "received_by",
                "created_by_id",
                "created_at",
            ],
            keep_rows=True,
        ),
    ]
