import django.db.models.deletion
import django.db.models.manager
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('files', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reply', 'Reply'), ('note', 'Internal note'), ('call', 'Call'), ('complaint', 'Reply to a complaint')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('to', models.TextField(blank=True)),
                ('cc', models.TextField(blank=True)),
                ('base_position', models.PositiveIntegerField(default=0)),
                ('saved_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=0)),
                ('writer', models.CharField(blank=True, max_length=60)),
                ('turn', models.PositiveIntegerField(default=0)),
                ('aside', models.TextField(blank=True)),
                ('used', models.JSONField(blank=True, default=list)),
                ('is_spent', models.BooleanField(default=False)),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('repeats', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
            managers=[
                ('every', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='DraftFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=255)),
                ('content_id', models.CharField(blank=True, max_length=255)),
                ('is_inline', models.BooleanField(default=False)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('draft', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='desk.draft')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='KeptSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('typed', models.CharField(max_length=200)),
                ('words', models.CharField(max_length=400)),
                ('is_saved', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='KeyChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_off', models.BooleanField(default=False)),
                ('changed', models.JSONField(default=dict)),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OpenTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('seen_position', models.PositiveIntegerField(default=0)),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('list_name', models.CharField(max_length=20)),
                ('words', models.CharField(blank=True, max_length=400)),
                ('made_at', models.DateTimeField()),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='desk_draft_owned'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('ticket', 'member', 'kind'), name='draft_once'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'reply'), models.Q(('cc', ''), ('to', '')), _connector='OR'), name='draft_note_has_no_recipient'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('is_spent', False), models.Q(('aside', ''), ('text', '')), _connector='OR'), name='draft_spent_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='draftfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='desk_draftfile_owned'),
        ),
        migrations.AddConstraint(
            model_name='keptsearch',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='desk_keptsearch_owned'),
        ),
        migrations.AddConstraint(
            model_name='keptsearch',
            constraint=models.UniqueConstraint(fields=('member', 'words'), name='kept_search_once'),
        ),
        migrations.AddConstraint(
            model_name='keychoice',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='desk_keychoice_owned'),
        ),
        migrations.AddConstraint(
            model_name='keychoice',
            constraint=models.UniqueConstraint(fields=('member',), name='key_choice_once'),
        ),
        migrations.AddConstraint(
            model_name='openticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='desk_openticket_owned'),
        ),
        migrations.AddConstraint(
            model_name='openticket',
            constraint=models.UniqueConstraint(fields=('member', 'ticket'), name='open_ticket_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='desk_savedview_owned'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('member', 'name'), name='saved_view_name_once'),
        ),
        OwnedKeys(),
    ]
