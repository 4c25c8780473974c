"""Every organisation says by a mark of its own when anything it is set up as has changed (`tenancy/set_up.py`)."""

from django.db import migrations, models

#: Of the organisation's own row, whatever of it changed; and for rows of other tables, which name the organisation.
FUNCTIONS = """
CREATE FUNCTION tenancy_mark_set_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.set_up := gen_random_uuid();
    RETURN NEW;
END $$;

CREATE FUNCTION tenancy_set_up_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tenancy_organisation SET set_up = gen_random_uuid()
    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END;
    RETURN NULL;
END $$;

UPDATE tenancy_organisation SET set_up = gen_random_uuid();

CREATE TRIGGER set_up BEFORE INSERT OR UPDATE ON tenancy_organisation
    FOR EACH ROW EXECUTE FUNCTION tenancy_mark_set_up();
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="set_up",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP TRIGGER set_up ON tenancy_organisation; DROP FUNCTION tenancy_set_up_moved();"
            " DROP FUNCTION tenancy_mark_set_up();",
        ),
    ]
