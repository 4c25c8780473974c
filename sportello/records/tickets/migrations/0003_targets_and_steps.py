import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0002_suspensions_levels_moments'),
    ]

    operations = [
        migrations.RemoveField(model_name='servicelevel', name='target_seconds'),
        migrations.RemoveField(model_name='servicelevel', name='warnings'),
        migrations.AddField(
            model_name='servicelevel',
            name='target_unit',
            field=models.CharField(default='open_hours', max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='servicelevel',
            name='target_value',
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='servicelevel',
            name='warn_value',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='servicelevel',
            name='metric',
            field=models.CharField(choices=[('first_answer', 'First answer'), ('next_answer', 'Next answer'), ('periodic_update', 'Periodic update'), ('customer_wait', "Customer's wait"), ('work', 'Work'), ('total', 'Total')], max_length=20),
        ),
        migrations.AlterField(model_name='suspension', name='cause', field=models.CharField(max_length=60)),
        migrations.AlterField(
            model_name='extension', name='cause', field=models.CharField(blank=True, max_length=60)
        ),
        migrations.AlterField(model_name='replyblock', name='code', field=models.CharField(max_length=60)),
        migrations.CreateModel(
            name='StepDone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('done_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps_done', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['ticket', 'code'], name='step_done_of_ticket')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_stepdone_owned')],
            },
        ),
        OwnedKeys(),
    ]
