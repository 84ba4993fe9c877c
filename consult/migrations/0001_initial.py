"""Second opinions, comparisons, adjudications and comments."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.triggers import AppendOnly
from cases.triggers import FrozenColumns


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0005_review_of_cells'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondOpinion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('blind', models.BooleanField(help_text="Neither the machine's labels nor the first reader's are shown.")),
                ('scope', models.CharField(choices=[('all', 'All cells'), ('flagged', 'Flagged cells'), ('unidentified', 'Unidentified cells')], max_length=12)),
                ('question', models.TextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)])),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('answered', 'Answered'), ('declined', 'Declined'), ('adjudicated', 'Settled'), ('closed', 'Closed')], default='asked', editable=False, max_length=11)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('words', models.TextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)])),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('closing', models.CharField(blank=True, max_length=500)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions_asked', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_opinions', to='cases.case')),
                ('colleague', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions_owed', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'answered', 'declined', 'adjudicated', 'closed'])), name='opinion_state_is_known'),
                    models.CheckConstraint(condition=models.Q(('scope__in', ['all', 'flagged', 'unidentified'])), name='opinion_scope_is_known'),
                    models.CheckConstraint(condition=models.Q(('colleague', models.F('asked_by')), _negated=True), name='a_second_opinion_is_somebody_elses', violation_error_message="A second opinion is somebody else's: choose a colleague."),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['answered', 'adjudicated', 'declined']), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='an_answered_opinion_says_when'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['adjudicated', 'closed']), _negated=True), ('settled_at__isnull', False), _connector='OR'), name='a_settled_opinion_says_when'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('closing', ''), _negated=True), _connector='OR'), name='a_closed_opinion_says_why'),
                    models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('case', 'colleague'), name='a_colleague_is_asked_once_at_a_time', violation_error_message='This colleague has already been asked and has not answered yet.'),
                ],
                'indexes': [
                    models.Index(fields=['colleague', 'state', '-asked_at'], name='opinions_owed_by_a_colleague'),
                    models.Index(fields=['asked_by', 'state', '-asked_at'], name='opinions_asked_by_a_reader'),
                    models.Index(fields=['case', 'state'], name='opinions_of_a_case'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OpinionLabel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(blank=True, choices=[('neutrophil', 'Neutrophil'), ('eosinophil', 'Eosinophil'), ('basophil', 'Basophil'), ('lymphocyte', 'Lymphocyte'), ('monocyte', 'Monocyte'), ('immature_granulocyte', 'Immature granulocyte'), ('erythroblast', 'Erythroblast'), ('platelet', 'Platelet'), ('unidentified', 'Unidentified')], max_length=24)),
                ('excluded', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('cell', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.cell')),
                ('opinion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels', to='consult.secondopinion')),
            ],
            options={
                'ordering': ['opinion', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('label', ''), models.Q(('excluded', False), ('label__in', ['neutrophil', 'eosinophil', 'basophil', 'lymphocyte', 'monocyte', 'immature_granulocyte', 'erythroblast', 'platelet', 'unidentified'])), _connector='OR'), name='an_opinion_names_a_known_class_or_excludes'),
                ],
                'indexes': [
                    models.Index(fields=['opinion', 'cell', 'id'], name='labels_of_an_opinion'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OpinionCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(help_text='1 for the first; by field and place, never by what was found.')),
                ('cell', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.cell')),
                ('opinion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_cells', to='consult.secondopinion')),
            ],
            options={
                'ordering': ['opinion', 'position'],
                'constraints': [
                    models.UniqueConstraint(fields=('opinion', 'cell'), name='a_cell_is_asked_about_once'),
                    models.UniqueConstraint(fields=('opinion', 'position'), name='asked_cells_are_numbered'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Comparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('first_label', models.CharField(blank=True, choices=[('neutrophil', 'Neutrophil'), ('eosinophil', 'Eosinophil'), ('basophil', 'Basophil'), ('lymphocyte', 'Lymphocyte'), ('monocyte', 'Monocyte'), ('immature_granulocyte', 'Immature granulocyte'), ('erythroblast', 'Erythroblast'), ('platelet', 'Platelet'), ('unidentified', 'Unidentified')], max_length=24)),
                ('first_excluded', models.BooleanField()),
                ('first_read', models.BooleanField()),
                ('second_label', models.CharField(blank=True, choices=[('neutrophil', 'Neutrophil'), ('eosinophil', 'Eosinophil'), ('basophil', 'Basophil'), ('lymphocyte', 'Lymphocyte'), ('monocyte', 'Monocyte'), ('immature_granulocyte', 'Immature granulocyte'), ('erythroblast', 'Erythroblast'), ('platelet', 'Platelet'), ('unidentified', 'Unidentified')], max_length=24)),
                ('second_excluded', models.BooleanField()),
                ('cell', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='cases.cell')),
                ('opinion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comparisons', to='consult.secondopinion')),
            ],
            options={
                'ordering': ['opinion', 'position'],
                'constraints': [
                    models.UniqueConstraint(fields=('opinion', 'cell'), name='a_cell_is_compared_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('text', models.TextField(max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)])),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='cases.case')),
                ('cell', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='cases.cell')),
                ('mentions', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['case', 'at'], name='comments_of_a_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='a_comment_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Adjudication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choice', models.CharField(choices=[('first', "The first reader's"), ('second', "The colleague's"), ('other', 'Another')], max_length=6)),
                ('label', models.CharField(blank=True, choices=[('neutrophil', 'Neutrophil'), ('eosinophil', 'Eosinophil'), ('basophil', 'Basophil'), ('lymphocyte', 'Lymphocyte'), ('monocyte', 'Monocyte'), ('immature_granulocyte', 'Immature granulocyte'), ('erythroblast', 'Erythroblast'), ('platelet', 'Platelet'), ('unidentified', 'Unidentified')], max_length=24)),
                ('excluded', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('action_id', models.UUIDField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('comparison', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='adjudication', to='consult.comparison')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('choice__in', ['first', 'second', 'other'])), name='adjudication_choice_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('excluded', True), ('label', '')), models.Q(('excluded', False), models.Q(('label', ''), _negated=True)), _connector='OR'), name='an_adjudication_names_a_class_or_excludes')],
            },
        ),
        AppendOnly("consult_opinioncell"),
        AppendOnly("consult_opinionlabel"),
        AppendOnly("consult_comparison"),
        AppendOnly("consult_adjudication"),
        AppendOnly("consult_comment"),
        AppendOnly("consult_comment_mentions"),
        FrozenColumns(
            "consult_secondopinion",
            ["case_id", "asked_by_id", "colleague_id", "blind", "scope", "question", "asked_at"],
        ),
    ]
