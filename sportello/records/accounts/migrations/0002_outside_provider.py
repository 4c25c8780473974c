import django.db.models.deletion
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
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
        OwnedKeys(),
    ]
