import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Blob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('content_type', models.CharField(default='application/octet-stream', max_length=100)),
                ('scan', models.CharField(choices=[('not_scanned', 'Not scanned'), ('clean', 'Scanned, clean'), ('infected', 'Virus found')], default='not_scanned', max_length=20)),
                ('stored_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DroppedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('drop_after', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='blob',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='files_blob_owned'),
        ),
        migrations.AddConstraint(
            model_name='blob',
            constraint=models.UniqueConstraint(fields=('organisation', 'sha256'), name='blob_once'),
        ),
        migrations.AddIndex(
            model_name='droppedfile',
            index=models.Index(fields=['drop_after', 'id'], name='dropped_file_by_date'),
        ),
        migrations.AddConstraint(
            model_name='droppedfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='files_droppedfile_owned'),
        ),
        migrations.AddConstraint(
            model_name='droppedfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'sha256'), name='dropped_file_once'),
        ),
        migrations.AddConstraint(
            model_name='logo',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='files_logo_owned'),
        ),
        migrations.AddConstraint(
            model_name='logo',
            constraint=models.UniqueConstraint(fields=('organisation',), name='logo_once'),
        ),
        OwnedKeys(),
    ]
