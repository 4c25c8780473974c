from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('backoffice', '0002_protocol_number_before_the_letter'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='checklist',
            name='rule',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(condition=models.Q(('rule', ''), _negated=True), fields=('ticket', 'rule'), name='checklist_of_rule_once'),
        ),
        OwnedKeys(),
    ]
