from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='draft',
            name='kind',
            field=models.CharField(choices=[('reply', 'Reply'), ('note', 'Internal note'), ('call', 'Call'), ('complaint', 'Reply to a complaint')], max_length=10),
        ),
        OwnedKeys(),
    ]
