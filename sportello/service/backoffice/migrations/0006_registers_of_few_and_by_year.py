from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('backoffice', '0005_corrective_actions_remind'),
        ('procedures', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('year'), descending=True), models.OrderBy(models.F('serial'), descending=True), condition=models.Q(('annulled_at__isnull', True), ('closed_at__isnull', True)), name='complaint_open_by_number'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('year'), descending=True), models.OrderBy(models.F('serial'), descending=True), condition=models.Q(('annulled_at__isnull', False)), name='complaint_annulled'),
        ),
        migrations.AddIndex(
            model_name='protocolentry',
            index=models.Index(models.F('organisation'), models.F('year'), models.OrderBy(models.F('id'), descending=True), name='protocol_by_year'),
        ),
        OwnedKeys(),
    ]
