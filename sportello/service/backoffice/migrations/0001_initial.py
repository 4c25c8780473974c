import django.core.validators
import django.db.models.deletion
import sportello.foundation.core.fields
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys

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


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
        ('files', '0001_initial'),
        ('knowledge', '0001_initial'),
        ('procedures', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('reply', 'Reply to the customer'), ('decision', 'Decision')], max_length=10)),
                ('state', models.CharField(choices=[('pending', 'To be approved'), ('sent_back', 'Sent back'), ('approved', 'Approved, not sent yet'), ('left', 'Approved and sent'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('held_words', models.TextField(blank=True)),
                ('author', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApprovalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('covers', models.CharField(choices=[('replies', 'Replies'), ('decisions', 'Decisions: how a request ends, and why'), ('both', 'Replies and decisions')], default='both', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='approval_rules', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApprovalRuleStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('rule', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='backoffice.approvalrule')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApprovalStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('approval', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='backoffice.approval')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApprovalText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField(blank=True)),
                ('to', models.JSONField(default=list)),
                ('cc', models.JSONField(default=list)),
                ('base_position', models.PositiveIntegerField()),
                ('then', models.CharField(default='keep', max_length=10)),
                ('outcome', models.CharField(blank=True, max_length=30)),
                ('reason', models.TextField(blank=True)),
                ('digest', models.CharField(db_collation='C', max_length=64)),
                ('at', models.DateTimeField()),
                ('approval', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='backoffice.approval')),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApprovalFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=255)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('wording', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='backoffice.approvaltext')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApprovalVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('approved', 'Approved'), ('sent_back', 'Sent back')], max_length=10)),
                ('words', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('step', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='backoffice.approvalstep')),
                ('wording', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='backoffice.approvaltext')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Archive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filed_up_to', models.BigIntegerField(default=0)),
                ('last_disposal', models.PositiveIntegerField(default=0)),
                ('caught_up_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Checklist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(blank=True, max_length=60)),
                ('name', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('taken_off_at', models.DateTimeField(blank=True, null=True)),
                ('taken_off_reason', models.TextField(blank=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('taken_off_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='checklists', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChecklistItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=500)),
                ('mandatory', models.BooleanField(default=False)),
                ('checklist', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='backoffice.checklist')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChecklistTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('items', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checklists', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='checklist',
            name='template',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.checklisttemplate'),
        ),
        migrations.CreateModel(
            name='ChecklistTick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('back_at', models.DateTimeField(blank=True, null=True)),
                ('back_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('item', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='ticks', to='backoffice.checklistitem')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('received_at', models.DateTimeField()),
                ('registered_at', models.DateTimeField()),
                ('legal_basis', models.CharField(max_length=300)),
                ('term_value', models.PositiveIntegerField()),
                ('term_unit', models.CharField(choices=[('open_hours', 'opening hours'), ('calendar_days', 'days'), ('working_days', 'working days'), ('months', 'months')], max_length=20)),
                ('due_at', models.DateTimeField()),
                ('severity', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Slight'), (2, 'Moderate'), (3, 'Grave'), (4, 'Critical')], null=True)),
                ('risk', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'A single case'), (2, 'It may happen again'), (3, 'It will happen again'), (4, 'It is happening to others')], null=True)),
                ('is_safety', models.BooleanField(default=False)),
                ('cause', models.CharField(blank=True, choices=[('delay', 'Delay'), ('error', 'Mistake in the work'), ('billing', 'Wrong amount'), ('quality', 'Quality of product or service'), ('conduct', 'Conduct of staff'), ('information', 'Wrong or missing information'), ('access', 'Hard to reach or to use'), ('rule', 'The rule itself'), ('none', 'Nothing went wrong')], max_length=20)),
                ('finding', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('partly', 'Partly upheld'), ('not_upheld', 'Not upheld'), ('not_for_us', 'For another body'), ('withdrawn', 'Withdrawn')], max_length=20)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('annulled_at', models.DateTimeField(blank=True, null=True)),
                ('annulled_why', models.TextField(blank=True)),
                ('annulled_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('procedure', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
                ('registered_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('responsible', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ComplaintCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ComplaintReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('interim', 'Interim reply'), ('final', 'Final reply')], max_length=10)),
                ('blocks', models.JSONField(default=dict)),
                ('finding', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('partly', 'Partly upheld'), ('not_upheld', 'Not upheld'), ('not_for_us', 'For another body'), ('withdrawn', 'Withdrawn')], max_length=20)),
                ('composed', models.TextField(blank=True)),
                ('left_out', models.JSONField(default=list)),
                ('left_out_why', models.TextField(blank=True)),
                ('written_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('complaint', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='backoffice.complaint')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ComplaintStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('receipt', 'Received'), ('acknowledgement', 'Acknowledged'), ('assessment', 'Assessed'), ('investigation', 'Investigated'), ('response', 'Answered'), ('decision', 'Decided'), ('closing', 'Closed')], max_length=20)),
                ('at', models.DateTimeField()),
                ('text', models.TextField(blank=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('complaint', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stages', to='backoffice.complaint')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CorrectiveAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lesson', models.TextField(verbose_name='lesson')),
                ('action', models.TextField(verbose_name='action')),
                ('public_text', models.CharField(blank=True, max_length=500)),
                ('due_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('effect', models.TextField(blank=True)),
                ('reminded_before_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_late_at', models.DateTimeField(blank=True, null=True)),
                ('complaint', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrective_actions', to='backoffice.complaint')),
                ('done_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('made_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('owner', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DisposalList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('refused', 'Refused'), ('approved', 'Approved'), ('done', 'Carried out')], default='proposed', max_length=10)),
                ('due_before', models.DateField()),
                ('code', models.CharField(blank=True, db_collation='C', max_length=20)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('ground', models.CharField(blank=True, max_length=300)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('proposed_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DisposalLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('listed', 'To be disposed of'), ('taken_off', 'Taken off the list'), ('spared', 'Spared when its turn came'), ('done', 'Disposed of')], default='listed', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('taken_off_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('disposal', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='backoffice.disposallist')),
            ],
            options={
                'abstract': False,
            },
        ),
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
            },
        ),
        migrations.CreateModel(
            name='FaultUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('texts', models.JSONField(default=dict, validators=[sportello.foundation.core.fields.check_texts])),
                ('state', models.CharField(choices=[('looking', 'We are looking into it'), ('found', 'Cause found, being mended'), ('watched', 'Mended, being watched'), ('solved', 'Solved')], max_length=20)),
                ('at', models.DateTimeField()),
                ('to_tell', models.PositiveIntegerField(default=0)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FaultTelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waits', 'To be told'), ('told', 'Told'), ('skipped', 'Not told: closed meanwhile'), ('failed', 'Could not be told')], default='waits', max_length=10)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('why', models.CharField(blank=True, max_length=300)),
                ('next_at', models.DateTimeField()),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('update', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='backoffice.faultupdate')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FileClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_collation='C', max_length=20, validators=[django.core.validators.RegexValidator('^[0-9]{1,3}(\\.[0-9]{1,3}){0,4}$')])),
                ('version', models.PositiveIntegerField(default=1)),
                ('titles', models.JSONField(default=dict)),
                ('years', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('families', models.JSONField(blank=True, default=list)),
                ('source', models.CharField(max_length=300)),
                ('confidence', models.CharField(choices=[('A', 'read in the source'), ('B', 'several sources agree'), ('C', 'sources differ'), ('M', 'a proposal, to be confirmed by your office'), ('H', 'rule of the house')], max_length=1)),
                ('question', models.JSONField(blank=True, default=dict)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_note', models.CharField(blank=True, max_length=300)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('made_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'ordering': ['code', 'version'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_collation='C', max_length=20)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('by_hand', models.BooleanField(default=False)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('procedure_years', models.PositiveSmallIntegerField(default=0)),
                ('keep_until', models.DateField(blank=True, null=True)),
                ('transferred_at', models.DateTimeField(blank=True, null=True)),
                ('disposed_at', models.DateTimeField(blank=True, null=True)),
                ('file_class', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.fileclass')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='filing', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
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
            },
        ),
        migrations.CreateModel(
            name='Forwarding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('expected_at', models.DateTimeField()),
                ('beyond_reason', models.TextField(blank=True)),
                ('with_customer', models.BooleanField(default=False)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('recalled_at', models.DateTimeField(blank=True, null=True)),
                ('recall_reason', models.TextField(blank=True)),
                ('accepted_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('answer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('aside', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='forwarding', to='tickets.aside')),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('question', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('recalled_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('term', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.term')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='forwardings', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ForwardedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attachment', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.attachment')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('forwarding', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='backoffice.forwarding')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ForwardingExtension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveSmallIntegerField()),
                ('expected_before', models.DateTimeField()),
                ('expected_after', models.DateTimeField()),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('forwarding', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='backoffice.forwarding')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ForwardingReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('forwarding', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='backoffice.forwarding')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('moment', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.moment')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Instance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('names', models.JSONField(default=dict)),
                ('sort', models.CharField(max_length=20)),
                ('reference', models.CharField(blank=True, max_length=100)),
                ('opened_on', models.DateField()),
                ('decides_by', models.DateField(blank=True, null=True)),
                ('answer_by', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('opened', 'Opened'), ('heard', 'Being heard'), ('concluded', 'Concluded'), ('dropped', 'Dropped')], default='opened', max_length=20)),
                ('result', models.CharField(blank=True, choices=[('agreed', 'Agreement'), ('for_customer', 'For the customer'), ('partly', 'Partly for the customer'), ('for_us', 'Our answer was confirmed'), ('inadmissible', 'Not admitted')], max_length=20)),
                ('result_text', models.TextField(blank=True)),
                ('cost', models.PositiveBigIntegerField(default=0)),
                ('concluded_on', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('complaint', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='instances', to='backoffice.complaint')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='KindClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_collation='C', max_length=20)),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
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
            },
        ),
        migrations.CreateModel(
            name='KnownFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('titles', models.JSONField(default=dict, validators=[sportello.foundation.core.fields.check_texts])),
                ('state', models.CharField(choices=[('looking', 'We are looking into it'), ('found', 'Cause found, being mended'), ('watched', 'Mended, being watched'), ('solved', 'Solved')], default='looking', max_length=20)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('expected_at', models.DateTimeField(blank=True, null=True)),
                ('is_public', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('made_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('service_sheet', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.servicesheet')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='faultupdate',
            name='fault',
            field=sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='backoffice.knownfault'),
        ),
        migrations.CreateModel(
            name='FaultTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('linked_at', models.DateTimeField()),
                ('taken_off_at', models.DateTimeField(blank=True, null=True)),
                ('linked_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='faults', to='tickets.ticket')),
                ('fault', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='backoffice.knownfault')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('ticket', 'One ticket'), ('customer', 'All tickets of a customer'), ('class', 'A whole class')], max_length=10)),
                ('code', models.CharField(blank=True, db_collation='C', max_length=20)),
                ('reason', models.CharField(max_length=300)),
                ('placed_at', models.DateTimeField()),
                ('until', models.DateField(blank=True, null=True)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_reason', models.CharField(blank=True, max_length=300)),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('lifted_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('placed_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
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
            },
        ),
        migrations.AddField(
            model_name='document',
            name='template',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.lettertemplate'),
        ),
        migrations.CreateModel(
            name='OfferedRemedy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('refund', 'Refund'), ('replacement', 'Replacement'), ('discount', 'Discount'), ('compensation', 'Compensation due'), ('apology', 'Apology'), ('correction', 'Correction')], max_length=20)),
                ('amount', models.PositiveBigIntegerField(default=0)),
                ('cost', models.PositiveBigIntegerField(default=0)),
                ('text', models.TextField(blank=True)),
                ('reason', models.TextField()),
                ('state', models.CharField(choices=[('asked', 'Waits for approval'), ('granted', 'May be offered'), ('refused', 'Refused'), ('accepted', 'Accepted by the customer'), ('declined', 'Declined by the customer'), ('done', 'Carried out'), ('withdrawn', 'Withdrawn')], max_length=20)),
                ('steps', models.JSONField(blank=True, default=list)),
                ('limit', models.PositiveBigIntegerField(blank=True, null=True)),
                ('offered_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_reason', models.TextField(blank=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('complaint', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='remedies', to='backoffice.complaint')),
                ('decided_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('offered_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('competence', models.CharField(blank=True, max_length=500)),
                ('channel', models.CharField(choices=[('inside', 'Inside: a team of ours'), ('email', 'Outside, by e-mail'), ('pec', 'Outside, by PEC')], max_length=10)),
                ('address', models.CharField(blank=True, max_length=320)),
                ('days', models.PositiveSmallIntegerField(default=5)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('calendar', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.officecalendar')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='forwarding',
            name='office',
            field=sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='forwardings', to='backoffice.office'),
        ),
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('writing', 'Being written'), ('done', 'Ready'), ('failed', 'Not made'), ('gone', 'No longer kept here')], default='writing', max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('language', models.CharField(max_length=10)),
                ('asked', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('total', models.PositiveIntegerField(default=0)),
                ('written', models.PositiveIntegerField(default=0)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.BigIntegerField(default=0)),
                ('taken_over', models.CharField(blank=True, max_length=300)),
                ('taken_over_at', models.DateTimeField(blank=True, null=True)),
                ('trouble', models.CharField(blank=True, max_length=40)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('asked_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('taken_over_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PackagedTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('package', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='backoffice.package')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
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
            },
        ),
        migrations.CreateModel(
            name='ProtocolRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('state', models.CharField(choices=[('waiting', 'To be asked'), ('refused', 'Refused'), ('done', 'Registered'), ('withdrawn', 'Taken back')], default='waiting', max_length=10)),
                ('direction', models.CharField(choices=[('in', 'Incoming'), ('out', 'Outgoing')], max_length=5)),
                ('matter', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=40)),
                ('answer', models.TextField(blank=True)),
                ('asked_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('document', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.document')),
                ('draft', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='backoffice.letterdraft')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='backoffice.protocolentry')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
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
            },
        ),
        migrations.CreateModel(
            name='RemedyLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(blank=True, choices=[('operator', 'Operator'), ('supervisor', 'Supervisor'), ('specialist', 'Specialist'), ('administrator', 'Administrator'), ('trainee', 'Trainee'), ('assessor', 'Assessor')], max_length=20)),
                ('sort', models.CharField(blank=True, choices=[('refund', 'Refund'), ('replacement', 'Replacement'), ('discount', 'Discount'), ('compensation', 'Compensation due'), ('apology', 'Apology'), ('correction', 'Correction')], max_length=20)),
                ('amount', models.PositiveBigIntegerField(blank=True, null=True)),
                ('set_at', models.DateTimeField()),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('set_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ShopRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('withdrawal', 'Withdrawal from the contract'), ('guarantee', 'Legal guarantee')], max_length=20)),
                ('contract', models.CharField(max_length=100)),
                ('goods', models.CharField(blank=True, max_length=500)),
                ('is_service', models.BooleanField(default=False)),
                ('was_informed', models.BooleanField(default=True)),
                ('concluded_on', models.DateField(blank=True, null=True)),
                ('delivered_on', models.DateField(blank=True, null=True)),
                ('told_at', models.DateTimeField()),
                ('defect_on', models.DateField(blank=True, null=True)),
                ('wish', models.CharField(blank=True, choices=[('repair', 'Repair'), ('replacement', 'Replacement'), ('reduction', 'Price reduction'), ('termination', 'End of the contract and refund')], max_length=20)),
                ('returned_on', models.DateField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('returned_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='shop_request', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Solution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('marked_at', models.DateTimeField()),
                ('marked_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='solution', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(db_collation='C', max_length=20)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField()),
                ('keep_until', models.DateField()),
                ('disposed_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('digest_without_notes', models.CharField(max_length=64)),
                ('counts', models.JSONField(default=dict)),
                ('approved_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('disposal', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='tombstones', to='backoffice.disposallist')),
                ('file_class', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='backoffice.fileclass')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('proposed_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='tombstone', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UnknownCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'To be looked at'), ('taken', 'Being looked at'), ('solved', 'Solved'), ('declined', 'No procedure needed')], default='open', max_length=10)),
                ('case', models.TextField()),
                ('needed', models.TextField()),
                ('meanwhile', models.TextField(blank=True)),
                ('flagged_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('result', models.CharField(blank=True, choices=[('procedure', 'A draft of a new procedure'), ('reply', 'A draft of a saved reply'), ('sheet', 'A draft of a service sheet'), ('words', 'An instruction for this case only')], max_length=10)),
                ('words', models.TextField(blank=True)),
                ('flagged_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('procedure', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
                ('reply', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.savedreply')),
                ('settled_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('sheet', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.servicesheet')),
                ('taken_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='unknown_cases', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'sent_back', 'approved'))), fields=['organisation', 'asked_at'], name='approval_open'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(fields=['ticket', 'state'], name='approval_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approval_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalrule_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('kind',), name='approval_rule_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='approvalrulestep',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalrulestep_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvalrulestep',
            constraint=models.UniqueConstraint(fields=('rule', 'position'), name='approval_rule_step_once'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalstep_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvalstep',
            constraint=models.UniqueConstraint(fields=('approval', 'position'), name='approval_step_once'),
        ),
        migrations.AddConstraint(
            model_name='approvaltext',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvaltext_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvaltext',
            constraint=models.UniqueConstraint(fields=('approval', 'number'), name='approval_text_once'),
        ),
        migrations.AddConstraint(
            model_name='approvalfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalfile_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvalverdict',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalverdict_owned'),
        ),
        migrations.AddConstraint(
            model_name='approvalverdict',
            constraint=models.UniqueConstraint(fields=('wording', 'step'), name='approval_verdict_once'),
        ),
        migrations.AddConstraint(
            model_name='approvalverdict',
            constraint=models.CheckConstraint(condition=models.Q(('sort', 'approved'), models.Q(('words', ''), _negated=True), _connector='OR'), name='approval_sent_back_with_words'),
        ),
        migrations.AddConstraint(
            model_name='archive',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_archive_owned'),
        ),
        migrations.AddConstraint(
            model_name='archive',
            constraint=models.UniqueConstraint(fields=('organisation',), name='archive_once'),
        ),
        migrations.AddConstraint(
            model_name='checklistitem',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklistitem_owned'),
        ),
        migrations.AddConstraint(
            model_name='checklistitem',
            constraint=models.UniqueConstraint(fields=('checklist', 'position'), name='checklist_item_once'),
        ),
        migrations.AddIndex(
            model_name='checklisttemplate',
            index=models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['organisation', 'kind'], name='checklist_in_use'),
        ),
        migrations.AddConstraint(
            model_name='checklisttemplate',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklisttemplate_owned'),
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklist_owned'),
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(condition=models.Q(('template__isnull', False)), fields=('ticket', 'template'), name='checklist_hung_once'),
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(condition=models.Q(('rule', ''), _negated=True), fields=('ticket', 'rule'), name='checklist_of_rule_once'),
        ),
        migrations.AddConstraint(
            model_name='checklisttick',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklisttick_owned'),
        ),
        migrations.AddConstraint(
            model_name='checklisttick',
            constraint=models.UniqueConstraint(condition=models.Q(('back_at__isnull', True)), fields=('item',), name='checklist_tick_one_in_force'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('annulled_at__isnull', True), ('closed_at__isnull', True)), fields=['organisation', '-severity', 'id'], name='complaint_open'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('year'), descending=True), models.OrderBy(models.F('serial'), descending=True), condition=models.Q(('annulled_at__isnull', True), ('closed_at__isnull', True)), name='complaint_open_by_number'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('year'), descending=True), models.OrderBy(models.F('serial'), descending=True), condition=models.Q(('annulled_at__isnull', False)), name='complaint_annulled'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['organisation', 'received_at'], name='complaint_by_received'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_complaint_owned'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.UniqueConstraint(fields=('organisation', 'year', 'serial'), name='complaint_number_once'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.UniqueConstraint(condition=models.Q(('annulled_at__isnull', True)), fields=('ticket',), name='complaint_in_force_once'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('annulled_at__isnull', True), models.Q(('annulled_why', ''), _negated=True), _connector='OR'), name='complaint_annulled_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='complaintcounter',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_complaintcounter_owned'),
        ),
        migrations.AddConstraint(
            model_name='complaintcounter',
            constraint=models.UniqueConstraint(fields=('organisation', 'year'), name='complaint_counter_once'),
        ),
        migrations.AddIndex(
            model_name='complaintreply',
            index=models.Index(fields=['complaint', '-id'], name='complaint_reply_of'),
        ),
        migrations.AddConstraint(
            model_name='complaintreply',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_complaintreply_owned'),
        ),
        migrations.AddConstraint(
            model_name='complaintreply',
            constraint=models.UniqueConstraint(condition=models.Q(('sent_at__isnull', True)), fields=('complaint', 'sort'), name='complaint_reply_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='complaintreply',
            constraint=models.CheckConstraint(condition=models.Q(('left_out', []), models.Q(('left_out_why', ''), _negated=True), _connector='OR'), name='complaint_reply_left_out_with_reason'),
        ),
        migrations.AddIndex(
            model_name='complaintstage',
            index=models.Index(fields=['complaint', 'id'], name='complaint_stage_of'),
        ),
        migrations.AddConstraint(
            model_name='complaintstage',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_complaintstage_owned'),
        ),
        migrations.AddIndex(
            model_name='correctiveaction',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['organisation', 'due_on', 'id'], name='corrective_action_open'),
        ),
        migrations.AddIndex(
            model_name='correctiveaction',
            index=models.Index(fields=['complaint', 'id'], name='corrective_action_of'),
        ),
        migrations.AddIndex(
            model_name='correctiveaction',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['owner', 'due_on'], name='corrective_action_of_owner'),
        ),
        migrations.AddConstraint(
            model_name='correctiveaction',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_correctiveaction_owned'),
        ),
        migrations.AddIndex(
            model_name='disposallist',
            index=models.Index(condition=models.Q(('state', 'approved')), fields=['id'], name='disposal_to_do'),
        ),
        migrations.AddConstraint(
            model_name='disposallist',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_disposallist_owned'),
        ),
        migrations.AddConstraint(
            model_name='disposallist',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='disposal_number_once'),
        ),
        migrations.AddConstraint(
            model_name='disposallist',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='disposal_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='disposallist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='disposal_decided_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='disposalline',
            index=models.Index(condition=models.Q(('state', 'listed')), fields=['disposal', 'id'], name='disposal_still_listed'),
        ),
        migrations.AddConstraint(
            model_name='disposalline',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_disposalline_owned'),
        ),
        migrations.AddConstraint(
            model_name='disposalline',
            constraint=models.UniqueConstraint(fields=('disposal', 'ticket'), name='disposal_ticket_once'),
        ),
        migrations.AddConstraint(
            model_name='disposalline',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('listed', 'done'))), fields=('ticket',), name='disposal_one_list_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='disposalline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'taken_off'), _negated=True), models.Q(('taken_off_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='disposal_taken_off_with_reason'),
        ),
        migrations.AddIndex(
            model_name='faulttelling',
            index=models.Index(condition=models.Q(('state', 'waits')), fields=['next_at', 'id'], name='fault_telling_waits'),
        ),
        migrations.AddIndex(
            model_name='faulttelling',
            index=models.Index(fields=['update', 'state'], name='fault_telling_of'),
        ),
        migrations.AddConstraint(
            model_name='faulttelling',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_faulttelling_owned'),
        ),
        migrations.AddConstraint(
            model_name='faulttelling',
            constraint=models.UniqueConstraint(fields=('update', 'ticket'), name='fault_telling_once'),
        ),
        migrations.AddConstraint(
            model_name='fileclass',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_fileclass_owned'),
        ),
        migrations.AddConstraint(
            model_name='fileclass',
            constraint=models.UniqueConstraint(fields=('organisation', 'code', 'version'), name='file_class_version_once'),
        ),
        migrations.AddConstraint(
            model_name='fileclass',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation', 'code'), name='file_class_one_in_force'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('closed_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('closed_at__isnull', False)), name='filing_by_closing'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(models.F('organisation'), models.F('code'), models.OrderBy(models.F('closed_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('closed_at__isnull', False)), name='filing_by_class'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(models.F('organisation'), models.F('kind'), models.OrderBy(models.F('closed_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('closed_at__isnull', False)), name='filing_by_kind'),
        ),
        migrations.AddIndex(
            model_name='filing',
            index=models.Index(models.F('organisation'), models.F('keep_until'), models.F('id'), condition=models.Q(('disposed_at__isnull', True), ('keep_until__isnull', False)), name='filing_by_date'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_filing_owned'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.CheckConstraint(condition=models.Q(('keep_until__isnull', True), ('closed_at__isnull', False), _connector='OR'), name='filing_counts_from_closing'),
        ),
        migrations.AddConstraint(
            model_name='form',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_form_owned'),
        ),
        migrations.AddConstraint(
            model_name='form',
            constraint=models.UniqueConstraint(fields=('organisation', 'code'), name='form_code_once'),
        ),
        migrations.AddConstraint(
            model_name='form',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__isnull', False), ('retired_at__isnull', True)), fields=('kind',), name='form_one_of_kind'),
        ),
        migrations.AddConstraint(
            model_name='formversion',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_formversion_owned'),
        ),
        migrations.AddConstraint(
            model_name='formversion',
            constraint=models.UniqueConstraint(fields=('form', 'version'), name='form_version_once'),
        ),
        migrations.AddConstraint(
            model_name='formversion',
            constraint=models.UniqueConstraint(condition=models.Q(('version__isnull', True)), fields=('form',), name='form_one_being_written'),
        ),
        migrations.AddConstraint(
            model_name='formversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('version__isnull', True)), models.Q(('published_at__isnull', False), ('version__isnull', False)), _connector='OR'), name='form_version_published'),
        ),
        migrations.AddIndex(
            model_name='filledform',
            index=models.Index(fields=['ticket', 'id'], name='filled_form_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='filledform',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_filledform_owned'),
        ),
        migrations.AddConstraint(
            model_name='forwardeditem',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwardeditem_owned'),
        ),
        migrations.AddConstraint(
            model_name='forwardeditem',
            constraint=models.CheckConstraint(condition=models.Q(('message__isnull', True), ('attachment__isnull', True), _connector='OR'), name='forwarded_item_is_one'),
        ),
        migrations.AddConstraint(
            model_name='forwardingextension',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwardingextension_owned'),
        ),
        migrations.AddConstraint(
            model_name='forwardingreminder',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwardingreminder_owned'),
        ),
        migrations.AddIndex(
            model_name='instance',
            index=models.Index(fields=['complaint', 'id'], name='instance_of_complaint'),
        ),
        migrations.AddIndex(
            model_name='instance',
            index=models.Index(condition=models.Q(('state__in', ('opened', 'heard'))), fields=['organisation', 'answer_by', 'id'], name='instance_open'),
        ),
        migrations.AddConstraint(
            model_name='instance',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_instance_owned'),
        ),
        migrations.AddConstraint(
            model_name='instance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'concluded'), _negated=True), models.Q(models.Q(('result', ''), _negated=True), ('concluded_on__isnull', False)), _connector='OR'), name='instance_concluded_with_result'),
        ),
        migrations.AddConstraint(
            model_name='kindclass',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_kindclass_owned'),
        ),
        migrations.AddConstraint(
            model_name='kindclass',
            constraint=models.UniqueConstraint(fields=('kind',), name='kind_class_once'),
        ),
        migrations.AddConstraint(
            model_name='kindprotocol',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_kindprotocol_owned'),
        ),
        migrations.AddIndex(
            model_name='knownfault',
            index=models.Index(fields=['organisation', '-began_at', '-id'], name='fault_newest'),
        ),
        migrations.AddConstraint(
            model_name='knownfault',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_knownfault_owned'),
        ),
        migrations.AddConstraint(
            model_name='knownfault',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state', 'solved')), models.Q(models.Q(('state', 'solved'), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='fault_ends_when_solved'),
        ),
        migrations.AddIndex(
            model_name='faultupdate',
            index=models.Index(fields=['fault', '-id'], name='fault_update_newest'),
        ),
        migrations.AddConstraint(
            model_name='faultupdate',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_faultupdate_owned'),
        ),
        migrations.AddIndex(
            model_name='faultticket',
            index=models.Index(fields=['ticket'], name='fault_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='faultticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_faultticket_owned'),
        ),
        migrations.AddConstraint(
            model_name='faultticket',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_off_at__isnull', True)), fields=('fault', 'ticket'), name='fault_ticket_once'),
        ),
        migrations.AddIndex(
            model_name='legalhold',
            index=models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['organisation', 'scope'], name='legal_hold_on'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_legalhold_owned'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), ('customer__isnull', True), ('scope', 'ticket'), ('ticket__isnull', False)), models.Q(('code', ''), ('customer__isnull', False), ('scope', 'customer'), ('ticket__isnull', True)), models.Q(('customer__isnull', True), ('scope', 'class'), ('ticket__isnull', True), models.Q(('code', ''), _negated=True)), _connector='OR'), name='legal_hold_one_scope'),
        ),
        migrations.AddConstraint(
            model_name='letterhead',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_letterhead_owned'),
        ),
        migrations.AddConstraint(
            model_name='letterhead',
            constraint=models.UniqueConstraint(fields=('organisation',), name='letterhead_once'),
        ),
        migrations.AddConstraint(
            model_name='lettertemplate',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_lettertemplate_owned'),
        ),
        migrations.AddConstraint(
            model_name='lettertemplate',
            constraint=models.UniqueConstraint(fields=('organisation', 'code', 'version'), name='letter_template_version_once'),
        ),
        migrations.AddIndex(
            model_name='letterdraft',
            index=models.Index(fields=['ticket', 'id'], name='letter_draft_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='letterdraft',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_letterdraft_owned'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_document_owned'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('ticket', 'serial'), name='document_serial_once'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('replaces__isnull', True), models.Q(('why_replaced', ''), _negated=True), _connector='OR'), name='document_replaced_with_reason'),
        ),
        migrations.AddIndex(
            model_name='offeredremedy',
            index=models.Index(fields=['complaint', 'id'], name='remedy_of_complaint'),
        ),
        migrations.AddIndex(
            model_name='offeredremedy',
            index=models.Index(condition=models.Q(('state', 'asked')), fields=['organisation', 'offered_at', 'id'], name='remedy_waits'),
        ),
        migrations.AddConstraint(
            model_name='offeredremedy',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_offeredremedy_owned'),
        ),
        migrations.AddConstraint(
            model_name='offeredremedy',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('offered_by')), _negated=True), _connector='OR'), name='remedy_not_by_oneself'),
        ),
        migrations.AddConstraint(
            model_name='offeredremedy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='remedy_refused_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_office_owned'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('channel', 'inside'), ('team__isnull', False)), models.Q(('channel__in', ('email', 'pec')), ('team__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='office_inside_or_outside'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(('days__gt', 0)), name='office_has_days'),
        ),
        migrations.AddIndex(
            model_name='forwarding',
            index=models.Index(condition=models.Q(('accepted_at__isnull', True), ('recalled_at__isnull', True)), fields=['organisation', 'expected_at', 'id'], name='forwarding_open'),
        ),
        migrations.AddIndex(
            model_name='forwarding',
            index=models.Index(condition=models.Q(('accepted_at__isnull', True), ('recalled_at__isnull', True)), fields=['office', 'expected_at', 'id'], name='forwarding_of_office'),
        ),
        migrations.AddIndex(
            model_name='forwarding',
            index=models.Index(fields=['ticket', 'id'], name='forwarding_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='forwarding',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwarding_owned'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(condition=models.Q(('state', 'writing')), fields=['id'], name='package_to_write'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['done_at'], name='package_to_let_go'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(fields=['organisation', '-id'], name='package_newest'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_package_owned'),
        ),
        migrations.AddConstraint(
            model_name='packagedticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_packagedticket_owned'),
        ),
        migrations.AddConstraint(
            model_name='packagedticket',
            constraint=models.UniqueConstraint(fields=('package', 'ticket'), name='packaged_ticket_once'),
        ),
        migrations.AddConstraint(
            model_name='packagedticket',
            constraint=models.UniqueConstraint(fields=('package', 'position'), name='packaged_position_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolcounter',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolcounter_owned'),
        ),
        migrations.AddConstraint(
            model_name='protocolcounter',
            constraint=models.UniqueConstraint(fields=('organisation', 'year'), name='protocol_counter_once'),
        ),
        migrations.AddIndex(
            model_name='protocolentry',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('id'), descending=True), name='protocol_newest'),
        ),
        migrations.AddIndex(
            model_name='protocolentry',
            index=models.Index(fields=['organisation', 'registered_on', 'id'], name='protocol_by_day'),
        ),
        migrations.AddIndex(
            model_name='protocolentry',
            index=models.Index(models.F('organisation'), models.F('year'), models.OrderBy(models.F('id'), descending=True), name='protocol_by_year'),
        ),
        migrations.AddIndex(
            model_name='protocolentry',
            index=models.Index(condition=models.Q(('annulled_on__isnull', False)), fields=['organisation', 'annulled_on'], name='protocol_annulled_by_day'),
        ),
        migrations.AddIndex(
            model_name='protocolentry',
            index=models.Index(fields=['ticket', 'id'], name='protocol_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolentry_owned'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.UniqueConstraint(fields=('organisation', 'year', 'serial'), name='protocol_number_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.UniqueConstraint(condition=models.Q(('outside_number', ''), _negated=True), fields=('organisation', 'year', 'outside_number'), name='protocol_outside_number_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outside_number', ''), ('serial__isnull', False)), models.Q(('serial__isnull', True), models.Q(('outside_number', ''), _negated=True)), _connector='OR'), name='protocol_one_number'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.UniqueConstraint(condition=models.Q(('annulled_at__isnull', True)), fields=('message',), name='protocol_message_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.UniqueConstraint(condition=models.Q(('annulled_at__isnull', True)), fields=('document',), name='protocol_document_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('annulled_at__isnull', True), ('annulled_by__isnull', True), ('annulled_on__isnull', True)), models.Q(('annulled_at__isnull', False), ('annulled_by__isnull', False), ('annulled_on__isnull', False), models.Q(('annulled_why', ''), _negated=True)), _connector='OR'), name='protocol_annulled_with_reason'),
        ),
        migrations.AddIndex(
            model_name='protocolrequest',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at', 'id'], name='protocol_request_due'),
        ),
        migrations.AddIndex(
            model_name='protocolrequest',
            index=models.Index(fields=['ticket', 'id'], name='protocol_request_of_ticket'),
        ),
        migrations.AddIndex(
            model_name='protocolrequest',
            index=models.Index(condition=models.Q(('state__in', ('done', 'withdrawn')), _negated=True), fields=['organisation', 'id'], name='protocol_request_open'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolrequest_owned'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.UniqueConstraint(fields=('key',), name='protocol_request_key_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('message',), name='protocol_request_message_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('document',), name='protocol_request_document_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done'), _negated=True), fields=('draft',), name='protocol_request_draft_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('entry__isnull', True)), _connector='OR'), name='protocol_request_done_has_entry'),
        ),
        migrations.AddConstraint(
            model_name='protocolsettings',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_protocolsettings_owned'),
        ),
        migrations.AddConstraint(
            model_name='protocolsettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='protocol_settings_once'),
        ),
        migrations.AddConstraint(
            model_name='protocolsettings',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('keeper', 'outside'), _negated=True), models.Q(('url', ''), _negated=True), _connector='OR'), name='protocol_outside_has_address'),
        ),
        migrations.AddConstraint(
            model_name='registerprint',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_registerprint_owned'),
        ),
        migrations.AddConstraint(
            model_name='registerprint',
            constraint=models.UniqueConstraint(fields=('organisation', 'day'), name='register_print_once'),
        ),
        migrations.AddIndex(
            model_name='remedylimit',
            index=models.Index(fields=['organisation', '-id'], name='remedy_limit_newest'),
        ),
        migrations.AddConstraint(
            model_name='remedylimit',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_remedylimit_owned'),
        ),
        migrations.AddConstraint(
            model_name='remedylimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('member__isnull', False), ('role', '')), models.Q(models.Q(('role', ''), _negated=True), ('member__isnull', True)), _connector='OR'), name='remedy_limit_of_one_bearer'),
        ),
        migrations.AddConstraint(
            model_name='shoprequest',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_shoprequest_owned'),
        ),
        migrations.AddConstraint(
            model_name='solution',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_solution_owned'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_tombstone_owned'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='tombstone_number_once'),
        ),
        migrations.AddIndex(
            model_name='unknowncase',
            index=models.Index(condition=models.Q(('state__in', ('open', 'taken'))), fields=['team', 'flagged_at'], name='unknown_case_open'),
        ),
        migrations.AddIndex(
            model_name='unknowncase',
            index=models.Index(condition=models.Q(('procedure__isnull', False)), fields=['procedure'], name='unknown_case_of_procedure'),
        ),
        migrations.AddConstraint(
            model_name='unknowncase',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_unknowncase_owned'),
        ),
        migrations.AddConstraint(
            model_name='unknowncase',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'taken'))), fields=('ticket',), name='unknown_case_one_open_of_ticket'),
        ),
        OwnedKeys(),
        migrations.RunSQL(_KEEP, _LET_GO),
    ]
