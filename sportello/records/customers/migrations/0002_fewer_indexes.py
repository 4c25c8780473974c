import django.db.models.deletion
from django.db import migrations, models

import sportello.foundation.tenancy.models.base
from sportello.foundation.tenancy.migration import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("customers", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="identity",
            name="customer",
            field=sportello.foundation.tenancy.models.base.OwnedKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="identities",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="identity",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.organisation",
            ),
        ),
    ]
