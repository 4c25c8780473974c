import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.conf import settings
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('language', models.CharField(default='it', max_length=10, verbose_name='language')),
                ('is_active', models.BooleanField(default=True)),
                ('runs_installation', models.BooleanField(default=False)),
                ('undo_seconds', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('operator', 'Operator'), ('supervisor', 'Supervisor'), ('specialist', 'Specialist'), ('administrator', 'Administrator'), ('trainee', 'Trainee'), ('assessor', 'Assessor')], max_length=20)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('name', models.CharField(blank=True, max_length=150)),
                ('role', models.CharField(choices=[('operator', 'Operator'), ('supervisor', 'Supervisor'), ('specialist', 'Specialist'), ('administrator', 'Administrator'), ('trainee', 'Trainee'), ('assessor', 'Assessor')], max_length=20)),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('invited_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('invited_by', sportello.foundation.tenancy.models.base.OwnedKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40)),
                ('names', models.JSONField(default=dict)),
                ('is_office', models.BooleanField(default=False, verbose_name='competent office')),
                ('signatures', models.JSONField(blank=True, default=dict)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InvitationTeam',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invitation', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='accounts.invitation')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='invitation',
            name='teams',
            field=models.ManyToManyField(related_name='+', through='accounts.InvitationTeam', to='accounts.team'),
        ),
        migrations.CreateModel(
            name='TeamMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('membership', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='team_places', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='membership',
            name='teams',
            field=models.ManyToManyField(related_name='memberships', through='accounts.TeamMembership', to='accounts.team'),
        ),
        migrations.CreateModel(
            name='Branch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40)),
                ('names', models.JSONField(default=dict)),
                ('address', models.TextField(blank=True, default='', max_length=500)),
                ('phone', models.CharField(blank=True, default='', max_length=40)),
                ('hints', models.JSONField(blank=True, default=dict)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'ordering': ['position', 'id'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_branch_owned'), models.UniqueConstraint(fields=('organisation', 'slug'), name='branch_slug_once')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('begun_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('made_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='accounts.membership')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['member', 'ends_at'], name='absence_of'), models.Index(condition=models.Q(('begun_at__isnull', True), ('withdrawn_at__isnull', True)), fields=['organisation', 'starts_at'], name='absence_to_begin')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_absence_owned'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='absence_forward')],
            },
        ),
        migrations.CreateModel(
            name='OutsideProvider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('server_url', models.URLField(max_length=300)),
                ('client_id', models.CharField(max_length=190)),
                ('secret', models.TextField(blank=True)),
                ('domains', models.JSONField(default=list)),
                ('trusts_addresses', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_outsideprovider_owned'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation',), name='outside_provider_in_use')],
            },
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_team_owned'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('organisation', 'slug'), name='team_slug_once'),
        ),
        migrations.AddConstraint(
            model_name='invitationteam',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_invitationteam_owned'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_invitation_owned'),
        ),
        migrations.AddConstraint(
            model_name='teammembership',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_teammembership_owned'),
        ),
        migrations.AddConstraint(
            model_name='teammembership',
            constraint=models.UniqueConstraint(fields=('membership', 'team'), name='team_place_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='accounts_membership_owned'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('organisation', 'user'), name='membership_once'),
        ),
        OwnedKeys(),
    ]
