from django.db import migrations

#: Not logged: nobody wants to know after a failure who had what before them, and no standby need hear it each second.
WORDS = """
CREATE UNLOGGED TABLE live_word (
    host varchar(20) NOT NULL,
    topic varchar(120) NOT NULL,
    user_id bigint NOT NULL,
    tab varchar(24) NOT NULL,
    doing varchar(10) NOT NULL,
    said_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (host, topic, user_id, tab)
);
CREATE INDEX live_word_said ON live_word (said_at);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(WORDS, "DROP TABLE live_word")]
