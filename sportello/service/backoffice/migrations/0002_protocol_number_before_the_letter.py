import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('backoffice', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='protocolrequest',
            name='protocol_request_open',
        ),
        migrations.AddField(
            model_name='protocolrequest',
            name='draft',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='requests', to='backoffice.letterdraft'),
        ),
        migrations.AlterField(
            model_name='protocolrequest',
            name='state',
            field=models.CharField(choices=[('waiting', 'To be asked'), ('refused', 'Refused'), ('done', 'Registered'), ('withdrawn', 'Taken back')], default='waiting', max_length=10),
        ),
        migrations.AddIndex(
            model_name='protocolrequest',
            index=models.Index(condition=models.Q(('state__in', ('done', 'withdrawn')), _negated=True), fields=['organisation', 'id'], name='protocol_request_open'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('draft',), name='protocol_request_draft_once'),
        ),
        OwnedKeys(),
    ]
