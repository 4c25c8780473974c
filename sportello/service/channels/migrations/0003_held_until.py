from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0002_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
