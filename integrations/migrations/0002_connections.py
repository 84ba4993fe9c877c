"""Connections, their mappings, the messages over them and the attempts to deliver them."""

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
        ('accounts', '0009_keys_of_api_clients'),
        ('cases', '0023_pseudonymisation'),
        ('integrations', '0001_feed'),
        ('reports', '0005_key_destruction'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mapping',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('laboratory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mappings', to='accounts.organisation')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('laboratory', 'name'), name='mapping_names_are_unique_within_a_laboratory', violation_error_message='The laboratory already has a mapping of this name.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('kind', models.CharField(choices=[('mllp_in', 'Orders and patients by HL7 (MLLP)'), ('mllp_out', 'Results by HL7 (MLLP)'), ('fhir_push', 'Results by FHIR'), ('webhook', 'Webhook')], max_length=10, verbose_name='kind')),
                ('state', models.CharField(choices=[('off', 'Off'), ('on', 'On'), ('paused', 'Paused')], default='off', editable=False, max_length=8)),
                ('paused_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('state_reason', models.CharField(blank=True, editable=False, help_text='Why it is paused or off.', max_length=300)),
                ('host', models.CharField(blank=True, max_length=253, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Only letters, digits and signs of ASCII without blanks are allowed here.')], verbose_name='host')),
                ('port', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='port')),
                ('address', models.URLField(blank=True, help_text='Where a webhook or FHIR goes.', max_length=500, verbose_name='address')),
                ('networks', models.JSONField(blank=True, default=list, help_text='Who may connect, one network a line.', verbose_name='allowed networks')),
                ('uses_tls', models.BooleanField(default=True, verbose_name='TLS')),
                ('tls_authority', models.TextField(blank=True, help_text='PEM; empty for the public ones.', max_length=100000, verbose_name='certificate of the authority')),
                ('tls_certificate', models.TextField(blank=True, help_text='PEM.', max_length=100000, verbose_name='our certificate')),
                ('tls_key', cases.fields.EncryptedCharField(blank=True, max_length=100000, verbose_name='key of our certificate')),
                ('ack_timeout', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name='seconds to wait for an answer')),
                ('keeps_open', models.BooleanField(default=False, verbose_name='keep the connection open between messages')),
                ('our_application', models.CharField(blank=True, max_length=180, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Only letters, digits and signs of ASCII without blanks are allowed here.')], verbose_name='our application')),
                ('our_facility', models.CharField(blank=True, max_length=180, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Only letters, digits and signs of ASCII without blanks are allowed here.')], verbose_name='our facility')),
                ('their_application', models.CharField(blank=True, max_length=180, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Only letters, digits and signs of ASCII without blanks are allowed here.')], verbose_name='their application')),
                ('their_facility', models.CharField(blank=True, max_length=180, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Only letters, digits and signs of ASCII without blanks are allowed here.')], verbose_name='their facility')),
                ('filler_namespace', models.CharField(blank=True, max_length=64, validators=[django.core.validators.RegexValidator('^[!-~]*\\Z', 'Only letters, digits and signs of ASCII without blanks are allowed here.')], verbose_name='numbering of our accession numbers')),
                ('is_test', models.BooleanField(default=False, help_text='Messages are marked T instead of P.', verbose_name='test system')),
                ('charset', models.CharField(choices=[('ASCII', 'ASCII'), ('8859/1', 'ISO 8859-1'), ('8859/2', 'ISO 8859-2'), ('8859/5', 'ISO 8859-5'), ('8859/7', 'ISO 8859-7'), ('8859/9', 'ISO 8859-9'), ('8859/15', 'ISO 8859-15'), ('UNICODE UTF-8', 'UTF-8')], default='UNICODE UTF-8', max_length=20, verbose_name='character set')),
                ('sends_preliminary', models.BooleanField(default=False, verbose_name='tell when a case is in work')),
                ('addendum_is_final', models.BooleanField(default=False, help_text='Otherwise as C, like a correction.', verbose_name='send an addendum as F')),
                ('includes_pdf', models.BooleanField(default=True, verbose_name='put the PDF inside')),
                ('registers_from_adt', models.BooleanField(default=False, verbose_name='register unknown patients from updates (ADT^A08)')),
                ('answers_orders', models.BooleanField(default=False, verbose_name='answer orders with ORL or ORR')),
                ('event_types', models.JSONField(blank=True, default=list, help_text='Of a webhook; none for all.', verbose_name='types of events')),
                ('secret', cases.fields.EncryptedCharField(blank=True, editable=False, max_length=200, verbose_name='secret')),
                ('former_secret', cases.fields.EncryptedCharField(blank=True, editable=False, max_length=200, verbose_name='former secret')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('began_at', models.DateTimeField(editable=False, help_text='When it was first switched on: what was signed since then is owed over it.', null=True)),
                ('queued_to', models.BigIntegerField(default=0, editable=False)),
                ('lease_holder', models.CharField(blank=True, editable=False, max_length=80)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('retry_at', models.DateTimeField(editable=False, help_text='Not before this is the next attempt made.', null=True)),
                ('clinics', models.ManyToManyField(blank=True, help_text='None for all of the laboratory.', related_name='+', to='accounts.organisation')),
                ('laboratory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='connections', to='accounts.organisation')),
                ('saved_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('service_user', models.OneToOneField(blank=True, editable=False, help_text='Whom what comes in is written by.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='connection', to=settings.AUTH_USER_MODEL)),
                ('mapping', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='connections', to='integrations.mapping')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('laboratory', 'name'), name='connection_names_are_unique_within_a_laboratory', violation_error_message='The laboratory already has a connection of this name.'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['mllp_in', 'mllp_out', 'fhir_push', 'webhook'])), name='connection_kind_is_known'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['off', 'on', 'paused'])), name='connection_state_is_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'paused'), _negated=True), models.Q(models.Q(('state_reason', ''), _negated=True), ('paused_until__isnull', False)), _connector='OR'), name='a_pause_has_a_reason_and_an_end'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MappingVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('effective_from', models.DateTimeField()),
                ('rows', models.JSONField()),
                ('note', models.CharField(blank=True, help_text='What is new in it.', max_length=300)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='integrations.mapping')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [
                    models.UniqueConstraint(fields=('mapping', 'number'), name='mapping_versions_are_numbered'),
                    models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='mapping_versions_count_from_one'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('direction', models.CharField(choices=[('in', 'In'), ('out', 'Out')], max_length=3)),
                ('kind', models.CharField(blank=True, help_text='ORU^R01, OML^O33, report.signed.', max_length=40)),
                ('sender', models.CharField(blank=True, help_text='MSH-3 and MSH-4 of one that came in.', max_length=400)),
                ('control_id', models.CharField(blank=True, max_length=199)),
                ('position', models.BigIntegerField(default=0, editable=False, help_text='Of its event in the feed; 0 without one.')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField(help_text='Bytes.')),
                ('body', cases.fields.EncryptedCharField(blank=True, max_length=67108864)),
                ('facts', cases.fields.EncryptedCharField(blank=True, max_length=67108864)),
                ('answer', cases.fields.EncryptedCharField(blank=True, help_text='The acknowledgement, as it was sent or came.', max_length=67108864)),
                ('answer_code', models.CharField(blank=True, max_length=8)),
                ('state', models.CharField(choices=[('received', 'Received'), ('processed', 'Processed'), ('queued', 'Waiting'), ('sending', 'Being sent'), ('acknowledged', 'Acknowledged'), ('held', 'Held'), ('refused', 'Refused'), ('dead', 'Given up'), ('handled', 'Handled by a person'), ('superseded', 'Superseded')], max_length=12)),
                ('sentence', models.CharField(blank=True, max_length=500)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(help_text='When it came to the state it ended in.', null=True)),
                ('body_removed_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='cases.case')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='integrations.connection')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='integrations.feedevent')),
                ('mapping_version', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='integrations.mappingversion')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='cases.order')),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='cases.patient')),
                ('replay_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='integrations.message')),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='reports.report')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('direction', 'out'), models.Q(('control_id', ''), _negated=True)), fields=('connection', 'control_id'), name='outgoing_control_ids_are_unique'),
                    models.UniqueConstraint(condition=models.Q(('event__isnull', False), ('replay_of__isnull', True)), fields=('connection', 'event'), name='an_event_is_sent_once_over_a_connection'),
                    models.CheckConstraint(condition=models.Q(('direction__in', ['in', 'out'])), name='message_direction_is_known'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['received', 'processed', 'queued', 'sending', 'acknowledged', 'held', 'refused', 'dead', 'handled', 'superseded'])), name='message_state_is_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['held', 'refused', 'dead']), _negated=True), models.Q(('sentence', ''), _negated=True), _connector='OR'), name='a_stuck_message_says_why'),
                ],
                'indexes': [
                    models.Index(fields=['connection', 'state', 'position', 'id'], name='message_by_state'),
                    models.Index(fields=['connection', 'sender', 'control_id'], name='message_by_control_id'),
                    models.Index(fields=['connection', '-created_at'], name='message_by_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outcome', models.CharField(choices=[('acknowledged', 'Acknowledged'), ('refused', 'Refused by the receiver'), ('failed', 'The receiver had a fault'), ('no_connection', 'No connection'), ('no_answer', 'No answer in time'), ('wrong_answer', 'An answer that is none'), ('interrupted', 'Interrupted on our side')], max_length=14)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('answer_code', models.CharField(blank=True, help_text='MSA-1, or the HTTP status.', max_length=8)),
                ('milliseconds', models.PositiveIntegerField(null=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='integrations.message')),
            ],
            options={
                'ordering': ['message', 'number'],
                'constraints': [
                    models.UniqueConstraint(fields=('message', 'number'), name='attempts_are_numbered'),
                    models.CheckConstraint(condition=models.Q(('outcome__in', ['acknowledged', 'refused', 'failed', 'no_connection', 'no_answer', 'wrong_answer', 'interrupted'])), name='attempt_outcome_is_known'),
                ],
            },
        ),
        FrozenColumns(
            "integrations_connection", ["id", "laboratory_id", "kind", "created_at"], keep_rows=True
        ),
        FrozenColumns("integrations_mapping", ["id", "laboratory_id", "created_at"], keep_rows=True),
        AppendOnly("integrations_mappingversion"),
        FrozenColumns(
            "integrations_message",
            [
                "id", "message_id", "connection_id", "direction", "kind", "sender", "control_id", "position", "sha256",
                "size", "event_id", "report_id", "mapping_version_id", "replay_of_id", "created_at",
            ],
            keep_rows=True,
        ),
        AppendOnly("integrations_attempt"),
    ]
