from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0003_checklists_of_procedures'),
    ]

    operations = [
        migrations.AddField(
            model_name='complaintreply',
            name='composed',
            field=models.TextField(blank=True),
        ),
        OwnedKeys(),
    ]
