"""What an organisation is set up as, table by table: a change of a row gives its organisation a new mark
(`tenancy/set_up.py`), whoever makes it and by whatever statement."""

from django.db import migrations

TABLES = (
    "accounts_team",
    "backoffice_approvalrule",
    "channels_blockedsender",
    "channels_collector",
    "channels_formsender",
    "channels_mailbox",
    "procedures_kind",
    "procedures_noticetemplate",
    "procedures_officecalendar",
    "procedures_procedure",
    "routing_route",
    "tickets_globalsuspension",
)
#: Of some, not every column is set-up: where a collector stands changes with every round it makes.
COLUMNS = {"channels_collector": ("mailbox_id", "trusted_host")}


def begin(table: str) -> str:
    columns = COLUMNS.get(table, ())
    old = f"ROW({', '.join(f'OLD.{one}' for one in columns)})" if columns else "OLD.*"
    new = f"ROW({', '.join(f'NEW.{one}' for one in columns)})" if columns else "NEW.*"
    return (
        f"CREATE TRIGGER set_up_made AFTER INSERT OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION tenancy_set_up_moved();"
        f" CREATE TRIGGER set_up_changed AFTER UPDATE ON {table}"
        f" FOR EACH ROW WHEN ({old} IS DISTINCT FROM {new}) EXECUTE FUNCTION tenancy_set_up_moved();"
    )


def end(table: str) -> str:
    return f"DROP TRIGGER set_up_made ON {table}; DROP TRIGGER set_up_changed ON {table};"


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_jobs_do_not_notify"),
        ("tenancy", "0002_set_up"),
        ("accounts", "0001_initial"),
        ("backoffice", "0001_initial"),
        ("channels", "0001_initial"),
        ("procedures", "0001_initial"),
        ("routing", "0001_initial"),
        ("tickets", "0001_initial"),
    ]
    operations = [migrations.RunSQL(begin(table), end(table)) for table in TABLES]
