import django.core.validators
import sportello.foundation.core.fields
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce


class Migration(AtOnce):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(help_text='In every address; never changed once letters carry it.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]*$')])),
                ('name', models.CharField(max_length=200)),
                ('sort', models.CharField(choices=[('live', 'Live'), ('practice', 'Practice')], default='live', max_length=20)),
                ('sector', models.CharField(choices=[('public_body', 'Public body'), ('shop', 'Shop'), ('call_centre', 'Call centre')], default='public_body', max_length=20)),
                ('timezone', models.CharField(default='Europe/Rome', max_length=60)),
                ('languages', models.JSONField(default=list)),
                ('accent', models.CharField(default='#0066cc', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-f]{6}$')])),
                ('privacy_notice', models.JSONField(blank=True, default=dict, validators=[sportello.foundation.core.fields.check_texts])),
                ('contact_lines', models.JSONField(blank=True, default=dict)),
                ('owner_line', models.CharField(blank=True, default='', max_length=200)),
                ('footer_links', models.JSONField(blank=True, default=list)),
                ('reopen_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('clock_offset_seconds', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('slug__regex', '^[a-z][a-z0-9-]*$')), name='organisation_slug_form')],
            },
        ),
    ]
