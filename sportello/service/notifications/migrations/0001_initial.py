import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.conf import settings
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField(default=1, unique=True)),
                ('sealed', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Browser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(db_collation='C', max_length=64, unique=True)),
                ('sealed', models.TextField()),
                ('label', models.CharField(max_length=80)),
                ('added_at', models.DateTimeField()),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='NotificationMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'To be sent'), ('sent', 'Sent'), ('dropped', 'Nothing left to tell'), ('failed', 'Not sent')], default='waiting', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('rfc_id', models.CharField(db_collation='C', max_length=200)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=30)),
                ('event_id', models.BigIntegerField()),
                ('happened_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('in_desk', models.BooleanField(default=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('mail_at', models.DateTimeField(blank=True, null=True)),
                ('push_at', models.DateTimeField(blank=True, null=True)),
                ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
                ('mail', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='notifications.notificationmail')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Push',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'To be sent'), ('sent', 'Sent'), ('dropped', 'Nothing left to tell'), ('failed', 'Not sent')], default='waiting', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('browser', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pushes', to='notifications.browser')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('notification', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.notification')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted', models.JSONField(default=dict)),
                ('quiet_from', models.TimeField(blank=True, null=True)),
                ('quiet_to', models.TimeField(blank=True, null=True)),
                ('quiet_days', models.JSONField(default=list)),
                ('timezone', models.CharField(blank=True, max_length=60)),
                ('mail_minutes', models.PositiveSmallIntegerField(default=15)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notification_choice', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_to__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_to__isnull', False)), _connector='OR'), name='notification_choice_both_hours')],
            },
        ),
        migrations.AddIndex(
            model_name='notificationmail',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_attempt_at'], name='notification_mail_due'),
        ),
        migrations.AddIndex(
            model_name='notificationmail',
            index=models.Index(fields=['organisation', 'made_at'], name='notification_mail_old'),
        ),
        migrations.AddConstraint(
            model_name='notificationmail',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='notifications_notificationmail_owned'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('in_desk', True)), fields=['member', '-id'], name='notification_of_member'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['member', 'ticket'], name='notification_unread'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('mail_at__isnull', False)), fields=['mail_at'], name='notification_to_mail'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('push_at__isnull', False)), fields=['push_at'], name='notification_to_push'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['organisation', 'made_at'], name='notification_old'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='notifications_notification_owned'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('member', 'event_id'), name='notification_once'),
        ),
        migrations.AddIndex(
            model_name='push',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_attempt_at'], name='push_due'),
        ),
        migrations.AddConstraint(
            model_name='push',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='notifications_push_owned'),
        ),
        migrations.AddConstraint(
            model_name='push',
            constraint=models.UniqueConstraint(fields=('browser', 'notification'), name='push_once'),
        ),
        OwnedKeys(),
    ]
