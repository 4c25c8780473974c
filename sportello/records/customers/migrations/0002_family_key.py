"""Customers found by family name. Rows that are there get it by their last word; the next save makes it exact."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0001_initial"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="family_key",
            field=models.CharField(db_collation="C", default="", editable=False, max_length=200),
        ),
        migrations.RunSQL(
            r"UPDATE customers_customer SET family_key = regexp_replace(sort_key, '^(.*) ([^ ]+)$', '\2 \1')",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["organisation", "family_key"], name="customer_by_family_name"),
        ),
    ]
