# A conversation with an office beside the customer's, and what is said in it.
import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0001_initial'),
        ('tickets', '0007_closures_by_instant'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='open_asides',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='message',
            name='direction',
            field=models.CharField(choices=[('in', 'From the customer'), ('out', 'To the customer'), ('ask', 'To an office'), ('told', 'From an office')], max_length=5),
        ),
        migrations.AlterField(
            model_name='moment',
            name='whom',
            field=models.CharField(blank=True, choices=[('owner', 'who has it'), ('team', 'the team'), ('supervisor', 'the supervisor'), ('office', 'the office asked')], max_length=10),
        ),
        migrations.AlterField(
            model_name='term',
            name='kind',
            field=models.CharField(choices=[('first_answer', 'First answer'), ('conclusion', 'Conclusion'), ('promise', 'Promise made by hand'), ('customer', 'Term of the customer'), ('office', 'Answer of an office')], max_length=20),
        ),
        migrations.CreateModel(
            name='Aside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('channel', models.CharField(max_length=20)),
                ('address', models.CharField(blank=True, max_length=320)),
                ('began_at', models.DateTimeField()),
                ('expected_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='asides', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='message',
            name='aside',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='tickets.aside'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('aside__isnull', False)), fields=['aside', 'id'], name='message_of_aside'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('aside__isnull', True), ('direction__in', ('in', 'out'))), models.Q(('aside__isnull', False), ('direction__in', ('ask', 'told'))), _connector='OR'), name='message_aside_or_not'),
        ),
        migrations.AddIndex(
            model_name='aside',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ticket'], name='aside_open'),
        ),
        migrations.AddConstraint(
            model_name='aside',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_aside_owned'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('done_at__isnull', False), ('whom', 'supervisor')), fields=['organisation', '-done_at'], name='moment_for_supervisors'),
        ),
        OwnedKeys(),
    ]
