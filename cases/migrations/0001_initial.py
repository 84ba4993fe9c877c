"""The clinical record; the rows of its state machines refuse change in the database itself."""

import cases.fields
import cases.storage
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_api_client'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('accession_number', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._/\\-]*\\Z', 'Use letters, digits, dot, dash, slash and underscore only.')])),
                ('priority', models.CharField(choices=[('routine', 'Routine'), ('urgent', 'Urgent'), ('stat', 'Stat')], default='routine', max_length=10)),
                ('stain', models.CharField(choices=[('wright_giemsa', 'Wright-Giemsa'), ('giemsa', 'Giemsa'), ('wright', 'Wright'), ('may_grunwald_giemsa', 'May-Grünwald-Giemsa'), ('leishman', 'Leishman'), ('other', 'Other')], default='wright_giemsa', max_length=24)),
                ('objective', models.PositiveSmallIntegerField(blank=True, help_text='Magnification of the objective: 40, 50, 60, 100.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='objective power')),
                ('um_per_px', models.FloatField(blank=True, help_text='Micrometres per pixel of the images, if the camera was calibrated.', null=True, validators=[django.core.validators.MinValueValidator(0.005), django.core.validators.MaxValueValidator(5)], verbose_name='scale')),
                ('microscope', models.CharField(blank=True, max_length=120)),
                ('camera', models.CharField(blank=True, max_length=120)),
                ('clinical_question', models.TextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)])),
                ('collected_at', models.DateTimeField(blank=True, null=True)),
                ('wbc', models.DecimalField(blank=True, decimal_places=2, help_text='10^9/L, as reported by the analyser.', max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(2000)], verbose_name='white blood cell count')),
                ('wbc_source', models.CharField(blank=True, max_length=120, verbose_name='source of the WBC')),
                ('wbc_measured_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting'), ('analysing', 'Analysing'), ('ready', 'Ready for review'), ('in_review', 'In review'), ('signed', 'Signed'), ('delivered', 'Delivered'), ('corrected', 'Corrected'), ('appended', 'Appended'), ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled')], default='draft', editable=False, max_length=12)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('submitted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('due_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases_entered', to='accounts.organisation')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('laboratory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases_referred', to='accounts.organisation')),
                ('owner', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_cases', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(blank=True, choices=[('draft', 'Draft'), ('submitted', 'Waiting'), ('analysing', 'Analysing'), ('ready', 'Ready for review'), ('in_review', 'In review'), ('signed', 'Signed'), ('delivered', 'Delivered'), ('corrected', 'Corrected'), ('appended', 'Appended'), ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled')], max_length=12)),
                ('to_state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting'), ('analysing', 'Analysing'), ('ready', 'Ready for review'), ('in_review', 'In review'), ('signed', 'Signed'), ('delivered', 'Delivered'), ('corrected', 'Corrected'), ('appended', 'Appended'), ('withdrawn', 'Withdrawn'), ('cancelled', 'Cancelled')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.TextField(blank=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='cases.case')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mrn', cases.fields.EncryptedCharField(max_length=64, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)], verbose_name='medical record number')),
                ('family_name', cases.fields.EncryptedCharField(max_length=150, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('given_name', cases.fields.EncryptedCharField(blank=True, max_length=150, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f]', 'Control characters are not allowed here.', inverse_match=True)])),
                ('birth_date', cases.fields.EncryptedDateField()),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female'), ('other', 'Other'), ('unknown', 'Unknown')], default='unknown', max_length=10)),
                ('mrn_index', models.CharField(editable=False, max_length=64)),
                ('name_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('birth_date_index', models.CharField(db_index=True, editable=False, max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-created_at', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'mrn_index'), name='mrn_is_unique_within_organisation', violation_error_message='This organisation already has a patient with this medical record number.'),
                    models.CheckConstraint(condition=models.Q(('sex__in', ['male', 'female', 'other', 'unknown'])), name='patient_sex_is_known_code'),
                ],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.patient'),
        ),
        migrations.CreateModel(
            name='SmearImage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ordinal', models.PositiveIntegerField(help_text='1 for the first image of the case.')),
                ('sha256', models.CharField(max_length=64)),
                ('original', models.FileField(max_length=120, storage=cases.storage.clinical_storage, upload_to=cases.storage.original_name)),
                ('media_type', models.CharField(max_length=32)),
                ('byte_size', models.PositiveBigIntegerField()),
                ('width', models.PositiveIntegerField(help_text='Pixels, upright.')),
                ('height', models.PositiveIntegerField(help_text='Pixels, upright.')),
                ('conversions', models.JSONField(blank=True, default=list)),
                ('display', models.FileField(blank=True, max_length=120, storage=cases.storage.clinical_storage, upload_to=cases.storage.display_name)),
                ('thumbnail', models.FileField(blank=True, max_length=120, storage=cases.storage.clinical_storage, upload_to=cases.storage.thumbnail_name)),
                ('state', models.CharField(choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Rejected'), ('failed', 'Failed')], default='received', editable=False, max_length=12)),
                ('problem', models.TextField(blank=True, help_text='Why it was rejected or failed, in a sentence for the clinician.')),
                ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='images', to='cases.case')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['case', 'ordinal'],
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'sha256'), name='same_bytes_once_per_case'),
                    models.UniqueConstraint(fields=('case', 'ordinal'), name='image_ordinal_is_unique_within_case'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['received', 'queued', 'analysing', 'analysed', 'rejected', 'failed'])), name='image_state_is_known'),
                    models.CheckConstraint(condition=models.Q(('ordinal__gte', 1)), name='image_ordinal_counts_from_one'),
                    models.CheckConstraint(condition=models.Q(('byte_size__gt', 0), ('height__gt', 1), ('width__gt', 1)), name='image_has_pixels_and_bytes'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['rejected', 'failed']), _negated=True), models.Q(('problem', ''), _negated=True), _connector='OR'), name='rejected_or_failed_image_says_why'),
                ],
                'indexes': [
                    models.Index(fields=['state', 'uploaded_at'], name='image_state_and_age'),
                    models.Index(fields=['uploaded_by', 'uploaded_at'], name='image_uploader_quota'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ImageTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(blank=True, choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Rejected'), ('failed', 'Failed')], max_length=12)),
                ('to_state', models.CharField(choices=[('received', 'Received'), ('queued', 'Waiting'), ('analysing', 'Analysing'), ('analysed', 'Analysed'), ('rejected', 'Rejected'), ('failed', 'Failed')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.TextField(blank=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='cases.smearimage')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ordinal', models.PositiveIntegerField(help_text='1 for the first cell of the image, by this locator.')),
                ('locator', models.CharField(help_text='Version of the locator, or "human".', max_length=40)),
                ('x', models.PositiveIntegerField(help_text='Left edge of the box, px of the upright image.')),
                ('y', models.PositiveIntegerField(help_text='Top edge of the box, px of the upright image.')),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('area_px', models.PositiveIntegerField(help_text='Area of the located mask in pixels.')),
                ('label', models.CharField(blank=True, choices=[('neutrophil', 'Neutrophil'), ('eosinophil', 'Eosinophil'), ('basophil', 'Basophil'), ('lymphocyte', 'Lymphocyte'), ('monocyte', 'Monocyte'), ('immature_granulocyte', 'Immature granulocyte'), ('erythroblast', 'Erythroblast'), ('platelet', 'Platelet'), ('unidentified', 'Unidentified')], max_length=24)),
                ('score', models.FloatField(blank=True, null=True)),
                ('label_source', models.CharField(choices=[('machine', 'Machine'), ('human', 'Human')], default='machine', max_length=8)),
                ('excluded', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='cases.smearimage')),
            ],
            options={
                'ordering': ['image', 'ordinal'],
                'constraints': [
                    models.UniqueConstraint(fields=('image', 'locator', 'ordinal'), name='cell_is_recorded_once_per_locator'),
                    models.CheckConstraint(condition=models.Q(('height__gt', 0), ('width__gt', 0)), name='cell_box_has_an_area'),
                    models.CheckConstraint(condition=models.Q(('score__isnull', True), models.Q(('score__gte', 0), ('score__lte', 1)), _connector='OR'), name='cell_score_is_a_probability'),
                    models.CheckConstraint(condition=models.Q(('label', ''), ('label__in', ['neutrophil', 'eosinophil', 'basophil', 'lymphocyte', 'monocyte', 'immature_granulocyte', 'erythroblast', 'platelet', 'unidentified']), _connector='OR'), name='cell_label_is_known'),
                    models.CheckConstraint(condition=models.Q(('label_source__in', ['machine', 'human'])), name='cell_label_source_is_known'),
                ],
                'indexes': [
                    models.Index(fields=['label', 'score'], name='cell_label_and_score'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AccessionSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('laboratory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('laboratory', 'year'), name='one_accession_series_per_laboratory_and_year')],
            },
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['laboratory', 'state', 'due_at'], name='case_laboratory_worklist'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['clinic', 'state', '-created_at'], name='case_clinic_worklist'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['-created_at', 'id'], name='case_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(fields=('laboratory', 'accession_number'), name='accession_number_is_unique_within_laboratory', violation_error_message='The laboratory already has a case with this accession number.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'analysing', 'ready', 'in_review', 'signed', 'delivered', 'corrected', 'appended', 'withdrawn', 'cancelled'])), name='case_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('priority__in', ['routine', 'urgent', 'stat'])), name='case_priority_is_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('stain__in', ['wright_giemsa', 'giemsa', 'wright', 'may_grunwald_giemsa', 'leishman', 'other'])), name='case_stain_is_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'cancelled']), models.Q(('due_at__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='submitted_case_has_submitted_and_due_time'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_review'), _negated=True), ('owner__isnull', False), _connector='OR'), name='case_in_review_has_an_owner'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('wbc__isnull', True), models.Q(('wbc__gte', 0), models.Q(('wbc_source', ''), _negated=True)), _connector='OR'), name='wbc_is_not_negative_and_names_its_source', violation_error_message='Give the source of the white blood cell count (for instance the analyser).'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('um_per_px__isnull', True), ('um_per_px__gt', 0), _connector='OR'), name='case_scale_is_positive', violation_error_message='The scale in micrometres per pixel is a positive number.'),
        ),
        AppendOnly('cases_casetransition'),
        AppendOnly('cases_imagetransition'),
    ]
