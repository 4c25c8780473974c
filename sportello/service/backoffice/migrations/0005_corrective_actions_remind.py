from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('backoffice', '0004_reply_as_composed'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='correctiveaction',
            name='reminded_before_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='correctiveaction',
            name='reminded_late_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='correctiveaction',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['owner', 'due_on'], name='corrective_action_of_owner'),
        ),
        OwnedKeys(),
    ]
