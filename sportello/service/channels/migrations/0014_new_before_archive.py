"""What is new is read before old mail that is brought in."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0013_what_was_erased")]

    operations = [
        migrations.RemoveIndex(model_name="incomingmail", name="incoming_pending_oldest"),
        migrations.AddIndex(
            model_name="incomingmail",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["is_archive", "id"], name="incoming_pending_first"
            ),
        ),
    ]
