# Offices and what is forwarded to them, approvals in steps, checklists, cases without procedure.
import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import OwnedKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_undo_seconds'),
        ('backoffice', '0003_documents'),
        ('files', '0001_initial'),
        ('knowledge', '0001_initial'),
        ('procedures', '0006_notices_of_offices'),
        ('tenancy', '0001_initial'),
        ('tickets', '0008_asides'),
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approval_owned')],
                'indexes': [models.Index(condition=models.Q(('state__in', ('pending', 'sent_back', 'approved'))), fields=['organisation', 'asked_at'], name='approval_open'), models.Index(fields=['ticket', 'state'], name='approval_of_ticket')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalrule_owned'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('kind',), name='approval_rule_one_in_force')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalrulestep_owned'), models.UniqueConstraint(fields=('rule', 'position'), name='approval_rule_step_once')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalstep_owned'), models.UniqueConstraint(fields=('approval', 'position'), name='approval_step_once')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvaltext_owned'), models.UniqueConstraint(fields=('approval', 'number'), name='approval_text_once')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalfile_owned')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_approvalverdict_owned'), models.UniqueConstraint(fields=('wording', 'step'), name='approval_verdict_once'), models.CheckConstraint(condition=models.Q(('sort', 'approved'), models.Q(('words', ''), _negated=True), _connector='OR'), name='approval_sent_back_with_words')],
            },
        ),
        migrations.CreateModel(
            name='Checklist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklist_owned')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklistitem_owned'), models.UniqueConstraint(fields=('checklist', 'position'), name='checklist_item_once')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklisttemplate_owned')],
                'indexes': [models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['organisation', 'kind'], name='checklist_in_use')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_checklisttick_owned'), models.UniqueConstraint(condition=models.Q(('back_at__isnull', True)), fields=('item',), name='checklist_tick_one_in_force')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwarding_owned')],
                'indexes': [models.Index(condition=models.Q(('accepted_at__isnull', True), ('recalled_at__isnull', True)), fields=['organisation', 'expected_at', 'id'], name='forwarding_open'), models.Index(fields=['ticket', 'id'], name='forwarding_of_ticket')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwardeditem_owned'), models.CheckConstraint(condition=models.Q(('message__isnull', True), ('attachment__isnull', True), _connector='OR'), name='forwarded_item_is_one')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwardingextension_owned')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_forwardingreminder_owned')],
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_office_owned'), models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('channel', 'inside'), ('team__isnull', False)), models.Q(('channel__in', ('email', 'pec')), ('team__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='office_inside_or_outside'), models.CheckConstraint(condition=models.Q(('days__gt', 0)), name='office_has_days')],
            },
        ),
        migrations.AddField(
            model_name='forwarding',
            name='office',
            field=sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='forwardings', to='backoffice.office'),
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
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='backoffice_unknowncase_owned'), models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'taken'))), fields=('ticket',), name='unknown_case_one_open_of_ticket')],
                'indexes': [models.Index(condition=models.Q(('state__in', ('open', 'taken'))), fields=['team', 'flagged_at'], name='unknown_case_open'), models.Index(condition=models.Q(('procedure__isnull', False)), fields=['procedure'], name='unknown_case_of_procedure')],
            },
        ),
        migrations.AddConstraint(
            model_name='checklist',
            constraint=models.UniqueConstraint(condition=models.Q(('template__isnull', False)), fields=('ticket', 'template'), name='checklist_hung_once'),
        ),
        migrations.AddIndex(
            model_name='forwarding',
            index=models.Index(condition=models.Q(('accepted_at__isnull', True), ('recalled_at__isnull', True)), fields=['office', 'expected_at', 'id'], name='forwarding_of_office'),
        ),
        OwnedKeys(),
    ]
