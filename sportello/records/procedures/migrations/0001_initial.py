import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Kind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40)),
                ('names', models.JSONField(default=dict)),
                ('hints', models.JSONField(blank=True, default=dict)),
                ('family', models.CharField(choices=[('information', 'Information'), ('service', 'Service request'), ('fault', 'Fault report'), ('complaint', 'Complaint'), ('suggestion', 'Suggestion'), ('praise', 'Praise'), ('rights', 'Rights request')], max_length=20)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('on_portal', models.BooleanField(default=True)),
                ('is_default', models.BooleanField(default=False)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NoticeTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.CharField(choices=[('receipt', 'Receipt'), ('taken', 'Someone has taken it on'), ('waiting', 'We need something from you'), ('resumed', 'Work goes on'), ('moved', 'Passed to another office'), ('promise', 'New date promised'), ('closed', 'Concluded'), ('reopened', 'Opened again'), ('code', 'New access code'), ('suspended', 'Term suspended'), ('interrupted', 'Term interrupted'), ('refusal_warning', 'Reasons against the request'), ('third_party', 'Others concerned were told'), ('term_resumed', 'The term goes on'), ('extended', 'More time is needed'), ('interim', 'Interim reply'), ('merged', 'Goes on together with another request'), ('parted', 'On its own again'), ('forwarded', 'Another office was asked'), ('office_later', 'The office needs more time'), ('office_answered', 'The office has answered')], max_length=20)),
                ('language', models.CharField(max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OfficeCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40)),
                ('names', models.JSONField(default=dict)),
                ('data', models.JSONField(default=dict)),
                ('is_default', models.BooleanField(default=False)),
                ('branch', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendars', to='accounts.branch')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('names', models.JSONField(default=dict)),
                ('term_value', models.PositiveIntegerField()),
                ('term_unit', models.CharField(choices=[('open_hours', 'opening hours'), ('calendar_days', 'days'), ('working_days', 'working days'), ('months', 'months')], max_length=20)),
                ('term_roll', models.CharField(choices=[('none', 'not moved'), ('festivo', 'moved past holidays'), ('festivo_and_saturday', 'moved past holidays and Saturdays')], default='festivo', max_length=30)),
                ('first_answer_hours', models.PositiveIntegerField(blank=True, null=True)),
                ('reopen_days', models.PositiveIntegerField(default=30)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('confidence', models.CharField(default='H', max_length=1)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('code', models.SlugField(blank=True, default='', max_length=60)),
                ('definition', models.JSONField(blank=True, default=dict)),
                ('is_on', models.BooleanField(default=True)),
                ('calendar', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.officecalendar')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='procedures', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=140)),
                ('value', models.JSONField()),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
                ('by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('procedure', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='procedures.procedure')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='kind',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='procedures_kind_owned'),
        ),
        migrations.AddConstraint(
            model_name='kind',
            constraint=models.UniqueConstraint(fields=('organisation', 'slug'), name='kind_slug_once'),
        ),
        migrations.AddConstraint(
            model_name='kind',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organisation',), name='kind_one_default'),
        ),
        migrations.AddConstraint(
            model_name='noticetemplate',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='procedures_noticetemplate_owned'),
        ),
        migrations.AddConstraint(
            model_name='noticetemplate',
            constraint=models.UniqueConstraint(fields=('organisation', 'moment', 'language', 'version'), name='notice_template_version_once'),
        ),
        migrations.AddConstraint(
            model_name='officecalendar',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='procedures_officecalendar_owned'),
        ),
        migrations.AddConstraint(
            model_name='officecalendar',
            constraint=models.UniqueConstraint(fields=('organisation', 'slug'), name='calendar_slug_once'),
        ),
        migrations.AddConstraint(
            model_name='officecalendar',
            constraint=models.UniqueConstraint(fields=('organisation', 'branch'), name='calendar_branch_once'),
        ),
        migrations.AddConstraint(
            model_name='officecalendar',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organisation',), name='calendar_one_default'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='procedures_procedure_owned'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.UniqueConstraint(fields=('kind', 'version'), name='procedure_version_once'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('term_value__gt', 0)), name='procedure_has_term'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='procedures_confirmation_owned'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(fields=('procedure', 'key'), name='procedure_value_confirmed_once'),
        ),
        OwnedKeys(),
    ]
