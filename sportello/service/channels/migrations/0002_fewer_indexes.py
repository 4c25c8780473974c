import django.db.models.deletion
from django.db import migrations, models

import sportello.foundation.tenancy.models.base
from sportello.foundation.tenancy.migration import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("channels", "0001_initial"),
        ("files", "0001_initial"),
        ("tenancy", "0001_initial"),
        ("tickets", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="dispatch",
            field=sportello.foundation.tenancy.models.base.OwnedKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="channels.dispatch",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="dispatch",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="dispatch",
            name="repeats",
            field=sportello.foundation.tenancy.models.base.OwnedKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeated_by",
                to="channels.dispatch",
            ),
        ),
        migrations.AlterField(
            model_name="incomingmail",
            name="duplicate_of",
            field=sportello.foundation.tenancy.models.base.OwnedKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="channels.incomingmail",
            ),
        ),
        migrations.AlterField(
            model_name="incomingmail",
            name="mailbox",
            field=sportello.foundation.tenancy.models.base.OwnedKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="incoming",
                to="channels.mailbox",
            ),
        ),
        migrations.AlterField(
            model_name="incomingmail",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("repeats__isnull", False)), fields=["repeats"], name="dispatch_repeats"
            ),
        ),
        migrations.AddIndex(
            model_name="incomingmail",
            index=models.Index(
                condition=models.Q(("duplicate_of__isnull", False)),
                fields=["duplicate_of"],
                name="incoming_duplicate_of",
            ),
        ),
    ]
