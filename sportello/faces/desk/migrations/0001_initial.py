import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reply', 'Reply'), ('note', 'Internal note')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('to', models.TextField(blank=True)),
                ('cc', models.TextField(blank=True)),
                ('base_position', models.PositiveIntegerField(default=0)),
                ('saved_at', models.DateTimeField()),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='desk_draft_owned'), models.UniqueConstraint(fields=('ticket', 'member', 'kind'), name='draft_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'note'), _negated=True), models.Q(('cc', ''), ('to', '')), _connector='OR'), name='draft_note_has_no_recipient')],
            },
        ),
        migrations.CreateModel(
            name='OpenTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='desk_openticket_owned'), models.UniqueConstraint(fields=('member', 'ticket'), name='open_ticket_once')],
            },
        ),
        OwnedKeys(),
    ]
