import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys

#: What is evidence is not overwritten, whatever the code does. An issued document is changed only to be emptied, words and
#: file together, by an approved disposal or an erasure ordered by law: number, date and digest stay. A published version
#: of a form is never changed; an entry of the register is changed once, to annul it (DPR 445/2000 art. 54); entries and prints of the
#: register are never deleted.
_KEEP = """
CREATE FUNCTION backoffice_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% % is evidence: it is never changed or deleted', TG_TABLE_NAME, OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION backoffice_only_empty() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free text[] := ARRAY['title', 'recipient', 'text', 'blob_id', 'filename', 'plainness', 'why_replaced'];
BEGIN
  IF to_jsonb(OLD) - free <> to_jsonb(NEW) - free OR OLD.blob_id = NEW.blob_id OR NEW.plainness <> '{}'::jsonb THEN
    RAISE EXCEPTION 'document % is evidence: it is never overwritten', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION backoffice_only_annul() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free text[] := ARRAY['annulled_at', 'annulled_on', 'annulled_by_id', 'annulled_why', 'annulled_act'];
BEGIN
  IF OLD.annulled_at IS NOT NULL OR to_jsonb(OLD) - free <> to_jsonb(NEW) - free THEN
    RAISE EXCEPTION 'entry % of the register is never changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_kept BEFORE UPDATE ON backoffice_document
  FOR EACH ROW EXECUTE FUNCTION backoffice_only_empty();
CREATE TRIGGER form_version_kept BEFORE UPDATE OR DELETE ON backoffice_formversion
  FOR EACH ROW WHEN (OLD.version IS NOT NULL) EXECUTE FUNCTION backoffice_refuse();
CREATE TRIGGER protocol_entry_kept BEFORE UPDATE ON backoffice_protocolentry
  FOR EACH ROW EXECUTE FUNCTION backoffice_only_annul();
CREATE TRIGGER protocol_entry_stays BEFORE DELETE ON backoffice_protocolentry
  FOR EACH ROW EXECUTE FUNCTION backoffice_refuse();
CREATE TRIGGER register_print_kept BEFORE UPDATE OR DELETE ON backoffice_registerprint
  FOR EACH ROW EXECUTE FUNCTION backoffice_refuse();
"""
_LET_GO = """
DROP TRIGGER document_kept ON backoffice_document;
DROP TRIGGER form_version_kept ON backoffice_formversion;
DROP TRIGGER protocol_entry_kept ON backoffice_protocolentry;
DROP TRIGGER protocol_entry_stays ON backoffice_protocolentry;
DROP TRIGGER register_print_kept ON backoffice_registerprint;
DROP FUNCTION backoffice_refuse();
DROP FUNCTION backoffice_only_annul();
DROP FUNCTION backoffice_only_empty();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_undo_seconds'),
        ('backoffice', '0002_complaints_remedies_faults'),
        ('files', '0001_initial'),
        ('procedures', '0003_notices_of_terms'),
        ('tenancy', '0001_initial'),
        ('tickets', '0005_keep_delegates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveIntegerField()),
                ('sort', models.CharField(choices=[('letter', 'Letter'), ('reply', 'Reply'), ('receipt', 'Receipt'), ('report', 'Report'), ('form', 'Filled-in form')], max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('language', models.CharField(max_length=10)),
                ('recipient', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('sha256', models.CharField(db_collation='C', max_length=64)),
                ('filename', models.CharField(max_length=255)),
                ('standards', models.JSONField(default=list)),
                ('plainness', models.JSONField(default=dict)),
                ('issued_at', models.DateTimeField()),
                ('why_replaced', models.TextField(blank=True)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('issued_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('replaces', sportello.foundation.tenancy.models.base.OwnedOneToOne(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='backoffice.document')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='tickets.ticket')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_document_owned'), models.UniqueConstraint(fields=('ticket', 'serial'), name='document_serial_once'), models.CheckConstraint(condition=models.Q(('replaces__isnull', True), models.Q(('why_replaced', ''), _negated=True), _connector='OR'), name='document_replaced_with_reason')],
            },
        ),
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('names', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'ordering': ['code'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_form_owned'), models.UniqueConstraint(fields=('organisation', 'code'), name='form_code_once'), models.UniqueConstraint(condition=models.Q(('kind__isnull', False), ('retired_at__isnull', True)), fields=('kind',), name='form_one_of_kind')],
            },
        ),
        migrations.CreateModel(
            name='FormVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(blank=True, null=True)),
                ('definition', models.JSONField(default=dict)),
                ('edits', models.PositiveIntegerField(default=0)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('form', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='backoffice.form')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('published_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_formversion_owned'), models.UniqueConstraint(fields=('form', 'version'), name='form_version_once'), models.UniqueConstraint(condition=models.Q(('version__isnull', True)), fields=('form',), name='form_one_being_written'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('version__isnull', True)), models.Q(('published_at__isnull', False), ('version__isnull', False)), _connector='OR'), name='form_version_published')],
            },
        ),
        migrations.CreateModel(
            name='FilledForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answers', models.JSONField(default=dict)),
                ('language', models.CharField(max_length=10)),
                ('filled_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('document', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='filled', to='backoffice.document')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='filled_forms', to='tickets.ticket')),
                ('version', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='filled', to='backoffice.formversion')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_filledform_owned')],
                'indexes': [models.Index(fields=['ticket', 'id'], name='filled_form_of_ticket')],
            },
        ),
        migrations.CreateModel(
            name='KindProtocol',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('incoming', models.CharField(choices=[('by_hand', 'By hand'), ('first', 'The message that opens the ticket'), ('all', 'Every message')], default='by_hand', max_length=10)),
                ('outgoing', models.CharField(choices=[('by_hand', 'By hand'), ('all', 'Every reply, when it leaves')], default='by_hand', max_length=10)),
                ('kind', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_kindprotocol_owned')],
            },
        ),
        migrations.CreateModel(
            name='Letterhead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('head_lines', models.JSONField(blank=True, default=dict)),
                ('foot_line', models.JSONField(blank=True, default=dict)),
                ('place', models.CharField(blank=True, max_length=100)),
                ('changed_at', models.DateTimeField()),
                ('logo', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_letterhead_owned'), models.UniqueConstraint(fields=('organisation',), name='letterhead_once')],
            },
        ),
        migrations.CreateModel(
            name='LetterTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('sort', models.CharField(choices=[('letter', 'Letter'), ('reply', 'Reply'), ('receipt', 'Receipt'), ('report', 'Report'), ('form', 'Filled-in form')], max_length=10)),
                ('texts', models.JSONField(default=dict)),
                ('with_facts', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_lettertemplate_owned'), models.UniqueConstraint(fields=('organisation', 'code', 'version'), name='letter_template_version_once')],
            },
        ),
        migrations.CreateModel(
            name='LetterDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('letter', 'Letter'), ('reply', 'Reply'), ('receipt', 'Receipt'), ('report', 'Report'), ('form', 'Filled-in form')], max_length=10)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('language', models.CharField(max_length=10)),
                ('recipient', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('with_facts', models.BooleanField(default=False)),
                ('why', models.TextField(blank=True)),
                ('edits', models.PositiveIntegerField(default=0)),
                ('saved_at', models.DateTimeField()),
                ('begun_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('corrects', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.document')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('saved_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('template', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.lettertemplate')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_letterdraft_owned')],
                'indexes': [models.Index(fields=['ticket', 'id'], name='letter_draft_of_ticket')],
            },
        ),
        migrations.AddField(
            model_name='document',
            name='template',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.lettertemplate'),
        ),
        migrations.CreateModel(
            name='ProtocolCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolcounter_owned'), models.UniqueConstraint(fields=('organisation', 'year'), name='protocol_counter_once')],
            },
        ),
        migrations.CreateModel(
            name='ProtocolEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('in', 'Incoming'), ('out', 'Outgoing')], max_length=5)),
                ('year', models.PositiveIntegerField()),
                ('serial', models.PositiveIntegerField(blank=True, null=True)),
                ('outside_number', models.CharField(blank=True, db_collation='C', max_length=60)),
                ('registered_at', models.DateTimeField()),
                ('registered_on', models.DateField()),
                ('correspondents', models.JSONField(default=list)),
                ('subject', models.CharField(max_length=500)),
                ('happened_at', models.DateTimeField()),
                ('means', models.CharField(blank=True, max_length=20)),
                ('digest', models.CharField(db_collation='C', max_length=64)),
                ('digest_of', models.CharField(max_length=10)),
                ('attachments', models.JSONField(default=list)),
                ('sender_number', models.CharField(blank=True, max_length=60)),
                ('sender_date', models.CharField(blank=True, max_length=40)),
                ('sender_office', models.CharField(blank=True, max_length=100)),
                ('annulled_at', models.DateTimeField(blank=True, null=True)),
                ('annulled_on', models.DateField(blank=True, null=True)),
                ('annulled_why', models.TextField(blank=True)),
                ('annulled_act', models.CharField(blank=True, max_length=200)),
                ('annulled_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('document', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='protocol_entries', to='backoffice.document')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('registered_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='protocol_entries', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolentry_owned'), models.UniqueConstraint(fields=('organisation', 'year', 'serial'), name='protocol_number_once'), models.UniqueConstraint(condition=models.Q(('outside_number', ''), _negated=True), fields=('organisation', 'year', 'outside_number'), name='protocol_outside_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('outside_number', ''), ('serial__isnull', False)), models.Q(('serial__isnull', True), models.Q(('outside_number', ''), _negated=True)), _connector='OR'), name='protocol_one_number'), models.UniqueConstraint(condition=models.Q(('annulled_at__isnull', True)), fields=('message',), name='protocol_message_once'), models.UniqueConstraint(condition=models.Q(('annulled_at__isnull', True)), fields=('document',), name='protocol_document_once'), models.CheckConstraint(condition=models.Q(models.Q(('annulled_at__isnull', True), ('annulled_by__isnull', True), ('annulled_on__isnull', True)), models.Q(('annulled_at__isnull', False), ('annulled_by__isnull', False), ('annulled_on__isnull', False), models.Q(('annulled_why', ''), _negated=True)), _connector='OR'), name='protocol_annulled_with_reason')],
                'indexes': [models.Index(models.F('organisation'), models.OrderBy(models.F('id'), descending=True), name='protocol_newest'), models.Index(fields=['organisation', 'registered_on', 'id'], name='protocol_by_day'), models.Index(condition=models.Q(('annulled_on__isnull', False)), fields=['organisation', 'annulled_on'], name='protocol_annulled_by_day'), models.Index(fields=['ticket', 'id'], name='protocol_of_ticket')],
            },
        ),
        migrations.CreateModel(
            name='ProtocolRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('state', models.CharField(choices=[('waiting', 'To be asked'), ('refused', 'Refused'), ('done', 'Registered')], default='waiting', max_length=10)),
                ('direction', models.CharField(choices=[('in', 'Incoming'), ('out', 'Outgoing')], max_length=5)),
                ('matter', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=40)),
                ('answer', models.TextField(blank=True)),
                ('asked_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('document', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.document')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='backoffice.protocolentry')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolrequest_owned'), models.UniqueConstraint(fields=('key',), name='protocol_request_key_once'), models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('message',), name='protocol_request_message_once'), models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('document',), name='protocol_request_document_once'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('entry__isnull', True)), _connector='OR'), name='protocol_request_done_has_entry')],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at', 'id'], name='protocol_request_due'), models.Index(fields=['ticket', 'id'], name='protocol_request_of_ticket'), models.Index(condition=models.Q(('state', 'done'), _negated=True), fields=['organisation', 'id'], name='protocol_request_open')],
            },
        ),
        migrations.CreateModel(
            name='ProtocolSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField(default=False)),
                ('keeper', models.CharField(choices=[('own', 'Our own register'), ('outside', 'An outside protocol system')], default='own', max_length=10)),
                ('administration', models.CharField(blank=True, max_length=16)),
                ('office', models.CharField(blank=True, max_length=16)),
                ('register', models.CharField(blank=True, max_length=16)),
                ('url', models.URLField(blank=True, max_length=500)),
                ('token_name', models.CharField(blank=True, max_length=60)),
                ('changed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolsettings_owned'), models.UniqueConstraint(fields=('organisation',), name='protocol_settings_once'), models.CheckConstraint(condition=models.Q(models.Q(('keeper', 'outside'), _negated=True), models.Q(('url', ''), _negated=True), _connector='OR'), name='protocol_outside_has_address')],
            },
        ),
        migrations.CreateModel(
            name='RegisterPrint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('sha256', models.CharField(db_collation='C', max_length=64)),
                ('previous_sha256', models.CharField(blank=True, db_collation='C', max_length=64)),
                ('first_number', models.CharField(blank=True, max_length=60)),
                ('last_number', models.CharField(blank=True, max_length=60)),
                ('entries', models.PositiveIntegerField()),
                ('annulments', models.PositiveIntegerField(default=0)),
                ('printed_at', models.DateTimeField()),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_registerprint_owned'), models.UniqueConstraint(fields=('organisation', 'day'), name='register_print_once')],
            },
        ),
        OwnedKeys(),
        migrations.RunSQL(_KEEP, _LET_GO),
    ]
