"""Reports that say that the specimen was insufficient for a differential."""

import cases.fields
import django.db.models.deletion
from django.db import migrations, models

from audit.triggers import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_key_destruction'),
    ]

    operations = [
        migrations.AddField(
            model_name='reportdraft',
            name='insufficient',
            field=models.CharField(blank=True, choices=[('few_cells', 'Too few white cells'), ('changed_cells', 'The cells are damaged or degenerated'), ('poor_smear', 'The smear is too thick or too thin'), ('poor_stain', 'The stain does not tell cell classes apart'), ('poor_images', 'The images cannot be judged'), ('other', 'Another reason, in words')], help_text='Why there is no differential; empty where there is one.', max_length=16),
        ),
        migrations.AddField(
            model_name='reportdraft',
            name='insufficient_words',
            field=cases.fields.EncryptedCharField(blank=True, max_length=500),
        ),
        migrations.CreateModel(
            name='InsufficientSpecimen',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='insufficient', serialize=False, to='reports.report')),
                ('reason', models.CharField(choices=[('few_cells', 'Too few white cells'), ('changed_cells', 'The cells are damaged or degenerated'), ('poor_smear', 'The smear is too thick or too thin'), ('poor_stain', 'The stain does not tell cell classes apart'), ('poor_images', 'The images cannot be judged'), ('other', 'Another reason, in words')], max_length=16)),
            ],
            options={
                'ordering': ['report'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['few_cells', 'changed_cells', 'poor_smear', 'poor_stain', 'poor_images', 'other'])), name='insufficiency_reason_is_known')],
            },
        ),
        AppendOnly("reports_insufficientspecimen", primary_key="report_id"),
    ]
