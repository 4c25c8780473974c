import django.db.models.deletion
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Occurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('about', models.CharField(blank=True, max_length=60)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-began_at'], name='alarm_of_organisation'), models.Index(condition=models.Q(('next_try_at__isnull', False)), fields=['next_try_at'], name='alarm_to_tell')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('code', 'about', 'organisation'), name='alarm_once', nulls_distinct=False)],
            },
        ),
    ]
