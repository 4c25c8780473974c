import datetime

from django.db import migrations, models

EVENT = """
CREATE TABLE journal_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    epoch integer NOT NULL,
    at timestamptz NOT NULL,
    happened_at timestamptz NOT NULL,
    organisation_id bigint NOT NULL,
    actor_kind varchar(20) NOT NULL,
    actor_id bigint,
    verb varchar(60) NOT NULL,
    subject_kind varchar(30) NOT NULL,
    subject_id bigint NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX journal_event_reader ON journal_event (xid, id);
CREATE INDEX journal_event_subject ON journal_event (organisation_id, subject_kind, subject_id, id);
CREATE TABLE journal_event_rest PARTITION OF journal_event DEFAULT;
CREATE FUNCTION journal_event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE TRIGGER journal_event_final BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_event_is_final();
"""


def first_months(apps, schema_editor):
    from sportello.foundation.journal.partitions import ensure_partitions

    ensure_partitions()
    apps.get_model("journal", "Epoch").objects.create(number=1, began_at=datetime.datetime.now(datetime.UTC))


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(EVENT, "DROP TABLE journal_event; DROP FUNCTION journal_event_is_final"),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("xid", models.CharField(editable=False, max_length=20)),
                ("epoch", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("happened_at", models.DateTimeField()),
                ("organisation_id", models.BigIntegerField()),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("verb", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(max_length=30)),
                ("subject_id", models.BigIntegerField()),
                ("payload", models.JSONField(default=dict)),
            ],
            options={"db_table": "journal_event", "managed": False},
        ),
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField(unique=True)),
                ("began_at", models.DateTimeField()),
                ("first_event_id", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("epoch", models.IntegerField(default=1)),
                ("xid", models.CharField(default="0", max_length=20)),
                ("event_id", models.BigIntegerField(default=0)),
                ("moved_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ParkedEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("consumer", models.CharField(max_length=60)),
                ("event_id", models.BigIntegerField()),
                ("verb", models.CharField(max_length=60)),
                ("error", models.TextField()),
                ("attempts", models.IntegerField(default=1)),
                ("parked_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField(db_index=True)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("consumer", "event_id"), name="parked_once")]},
        ),
        migrations.RunPython(first_months, migrations.RunPython.noop),
    ]
