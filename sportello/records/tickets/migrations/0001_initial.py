import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
        ('files', '0001_initial'),
        ('knowledge', '0001_initial'),
        ('procedures', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Aside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('channel', models.CharField(max_length=20)),
                ('address', models.CharField(blank=True, max_length=320)),
                ('began_at', models.DateTimeField()),
                ('expected_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('counter', 'Counter'), ('phone', 'Phone'), ('letter', 'Letter')], max_length=20)),
                ('direction', models.CharField(choices=[('in', 'They came to us'), ('out', 'We went to them')], default='in', max_length=5)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'Answered on the spot'), ('ticket', 'Recorded on a ticket'), ('sent_on', 'Shown to the right door'), ('left', 'Left before an answer')], max_length=20)),
                ('identified', models.CharField(blank=True, choices=[('', 'Not identified'), ('document', 'Identity document'), ('known', 'Known in person'), ('data', 'Answered questions on their data')], max_length=20)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='customers.customer')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContactDelegate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='acting', to='tickets.contact')),
                ('delegate', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('relation', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.relation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContactInterval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('serving', 'Being served'), ('hold', 'On hold'), ('wrap_up', 'Wrap-up')], max_length=20)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('contact', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='intervals', to='tickets.contact')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'ordering': ['began_at', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('message', 'Message'), ('note', 'Internal note'), ('contact', 'Contact'), ('event', 'Event')], max_length=10)),
                ('visibility', models.CharField(choices=[('public', 'Customer and colleagues'), ('internal', 'Colleagues only')], max_length=10)),
                ('happened_at', models.DateTimeField()),
                ('by_customer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContactEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('summary', models.TextField()),
                ('contact', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='tickets.contact')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='contact', to='tickets.entry')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=255)),
                ('content_id', models.CharField(blank=True, max_length=255)),
                ('is_inline', models.BooleanField(default=False)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='tickets.entry')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GlobalSuspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60)),
                ('names', models.JSONField(default=dict)),
                ('from_day', models.DateField()),
                ('to_day', models.DateField()),
                ('kinds', models.JSONField(blank=True, default=list)),
                ('source', models.CharField(max_length=300)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='KeptCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(db_collation='C', max_length=64)),
                ('data', models.JSONField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('in', 'From the customer'), ('out', 'To the customer'), ('ask', 'To an office'), ('told', 'From an office')], max_length=5)),
                ('channel', models.CharField(max_length=20)),
                ('subject', models.CharField(blank=True, max_length=500)),
                ('text', models.TextField()),
                ('quoted', models.TextField(blank=True)),
                ('signature', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('sender_name', models.CharField(blank=True, max_length=300)),
                ('sender_address', models.CharField(blank=True, max_length=320)),
                ('token', models.CharField(blank=True, max_length=40)),
                ('rfc_id', models.CharField(blank=True, db_collation='C', max_length=500)),
                ('is_machine', models.BooleanField(default=False)),
                ('notice_moment', models.CharField(blank=True, max_length=20)),
                ('aside', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='tickets.aside')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='message', to='tickets.entry')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='note', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('to', 'To'), ('cc', 'Cc')], max_length=5)),
                ('name', models.CharField(blank=True, max_length=300)),
                ('address', models.CharField(max_length=320)),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipients', to='tickets.message')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('folded', models.CharField(db_collation='C', max_length=40)),
                ('made_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(db_collation='C', max_length=20)),
                ('subject', models.CharField(max_length=300)),
                ('channel', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=10)),
                ('status', models.CharField(choices=[('new', 'New'), ('in_progress', 'In progress'), ('waiting_customer', 'Waiting for the customer'), ('closed', 'Closed')], default='new', max_length=20)),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Normal'), (3, 'High'), (4, 'Urgent')], default=2)),
                ('sensitivity', models.CharField(choices=[('normal', 'Normal'), ('team', 'Team only'), ('named', 'Named persons only')], default='normal', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('moved_at', models.DateTimeField()),
                ('unanswered_since', models.DateTimeField(blank=True, null=True)),
                ('next_promise_at', models.DateTimeField(blank=True, null=True)),
                ('snoozed_until', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('last_position', models.PositiveIntegerField(default=0)),
                ('last_public_position', models.PositiveIntegerField(default=0)),
                ('open_asides', models.PositiveSmallIntegerField(default=0)),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='customers.customer')),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('merged_into', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('owner', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='accounts.membership')),
                ('procedure', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
                ('service_sheet', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.servicesheet')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('first_answer', 'First answer'), ('conclusion', 'Conclusion'), ('promise', 'Promise made by hand'), ('customer', 'Term of the customer'), ('office', 'Answer of an office')], max_length=20)),
                ('starts_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('safe_due_at', models.DateTimeField(blank=True, null=True)),
                ('met_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('value', models.PositiveIntegerField(blank=True, null=True)),
                ('unit', models.CharField(blank=True, max_length=20)),
                ('roll', models.CharField(blank=True, max_length=30)),
                ('steps', models.JSONField(default=list)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('calendar', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.keptcalendar')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(max_length=60)),
                ('effect', models.CharField(choices=[('suspend', 'Stops, and goes on with the days left'), ('interrupt', 'Stops, and begins again from the start')], default='suspend', max_length=10)),
                ('began_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('window_until_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('restart_at', models.DateTimeField(blank=True, null=True)),
                ('ended_how', models.CharField(blank=True, choices=[('met', 'What was awaited has come'), ('lapsed', 'The time for it has passed'), ('by_hand', 'Ended by a colleague'), ('closed', 'The ticket was closed')], max_length=10)),
                ('reason', models.TextField()),
                ('document', models.CharField(blank=True, max_length=300)),
                ('end_reason', models.TextField(blank=True)),
                ('end_document', models.CharField(blank=True, max_length=300)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('end_entry', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.entry')),
                ('ended_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('term', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='tickets.term')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StepDone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('done_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps_done', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StatedReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(choices=[('procedure', 'Procedure chosen'), ('tool', 'Tool chosen'), ('tone', 'Tone chosen'), ('remedy', 'Remedy chosen')], max_length=20)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='stated_reasons', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Snooze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('until_reply', models.BooleanField(default=False)),
                ('reason', models.TextField(blank=True)),
                ('woken_at', models.DateTimeField(blank=True, null=True)),
                ('woken_how', models.CharField(blank=True, choices=[('time', 'its time has come'), ('reply', 'the customer wrote'), ('by_hand', 'woken by a colleague'), ('promise', 'something is due earlier'), ('handed_on', 'given to somebody else'), ('closed', 'the ticket was closed')], max_length=10)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='snoozes', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ServicePause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('waiting', 'Waiting for the customer'), ('paused', 'Paused by a colleague'), ('suspended', 'The term is suspended')], max_length=10)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by_customer', models.BooleanField(default=False)),
                ('reason', models.TextField(blank=True)),
                ('document', models.CharField(blank=True, max_length=300)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ServiceLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metric', models.CharField(choices=[('first_answer', 'First answer'), ('next_answer', 'Next answer'), ('periodic_update', 'Periodic update'), ('customer_wait', "Customer's wait"), ('work', 'Work'), ('total', 'Total')], max_length=20)),
                ('started_at', models.DateTimeField()),
                ('target_value', models.PositiveIntegerField()),
                ('target_unit', models.CharField(max_length=20)),
                ('warn_value', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('met_at', models.DateTimeField(blank=True, null=True)),
                ('breached_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('gross_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('net_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('calendar', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.keptcalendar')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_levels', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team_id', models.BigIntegerField()),
                ('sensitivity', models.CharField(max_length=10)),
                ('visibility', models.CharField(max_length=10)),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.CASCADE, related_name='search_row', to='tickets.entry')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='search_rows', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReplyBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='blocks', to='tickets.message')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='reply_blocks', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reasons', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(blank=True, db_collation='C', max_length=320)),
                ('role', models.CharField(choices=[('requester', 'Who asks'), ('cc', 'In copy'), ('acting_for', 'Acting for the customer')], max_length=20)),
                ('since', models.DateTimeField()),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('due', 'Due'), ('given', 'Given'), ('no_way', 'No way to reach them')], default='due', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('given_at', models.DateTimeField(blank=True, null=True)),
                ('how', models.CharField(blank=True, max_length=20)),
                ('party', models.CharField(choices=[('customer', 'the customer'), ('third_party', 'a third party concerned')], default='customer', max_length=20)),
                ('party_name', models.CharField(blank=True, max_length=300)),
                ('is_required', models.BooleanField(default=False)),
                ('proof', models.CharField(blank=True, max_length=300)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Named',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='named', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Moment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('warning', 'Warning'), ('due', 'Due'), ('lapse', 'End of a suspension'), ('wake', 'End of a snooze')], max_length=10)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('whom', models.CharField(blank=True, choices=[('owner', 'who has it'), ('team', 'the team'), ('supervisor', 'the supervisor'), ('office', 'the office asked')], max_length=10)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('next_moment_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('to_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('to_team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                ('level', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moments', to='tickets.servicelevel')),
                ('snooze', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moments', to='tickets.snooze')),
                ('suspension', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moments', to='tickets.suspension')),
                ('term', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moments', to='tickets.term')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='moments', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='tickets.entry')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('perhaps', 'Perhaps related'), ('related', 'Related'), ('same_message', 'Same message, other mailbox'), ('follows', 'Follows a closed ticket'), ('duplicates', 'Duplicate of'), ('caused_by', 'Caused by'), ('same_event', 'Same event'), ('split_from', 'Split from')], max_length=20)),
                ('made_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('other', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='linked_from', to='tickets.ticket')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportedTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(db_collation='C', max_length=200)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('run', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.importrun')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='imported', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('extension', 'Extension'), ('interim', 'Interim reply')], max_length=10)),
                ('cause', models.CharField(blank=True, max_length=60)),
                ('value', models.PositiveIntegerField(blank=True, null=True)),
                ('unit', models.CharField(blank=True, max_length=20)),
                ('is_whole', models.BooleanField(default=False)),
                ('due_before', models.DateTimeField()),
                ('due_after', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('reason', models.TextField()),
                ('document', models.CharField(blank=True, max_length=300)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('term', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='tickets.term')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='came_from',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='entry',
            name='ticket',
            field=sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='tickets.ticket'),
        ),
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('solved', 'Solved'), ('information_given', 'Information given'), ('forwarded', 'Passed to another body'), ('not_accepted', 'Not accepted'), ('withdrawn', 'Withdrawn by the customer'), ('no_answer', 'No answer from the customer'), ('duplicate', 'Duplicate of another ticket')], max_length=20)),
                ('reason', models.TextField()),
                ('closed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('reopened_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='aside',
            name='ticket',
            field=sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='asides', to='tickets.ticket'),
        ),
        migrations.CreateModel(
            name='AccessCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=40)),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('failed_tries', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_codes', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TicketCounter',
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
            name='TicketEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('reason', models.TextField(blank=True)),
                ('entry', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='event', to='tickets.entry')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TicketMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merged_at', models.DateTimeField()),
                ('reason', models.TextField(blank=True)),
                ('before', models.JSONField(default=dict)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('kept', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='merged_here', to='tickets.ticket')),
                ('merged', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='tickets.ticket')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('undone_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EntryMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(choices=[('merge', 'merged'), ('split', 'split'), ('wrong', 'was on the wrong ticket')], max_length=10)),
                ('from_position', models.PositiveIntegerField()),
                ('to_position', models.PositiveIntegerField()),
                ('moved_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('entry', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='tickets.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('source', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('target', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('merge', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='tickets.ticketmerge')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TicketTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('put_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('tag', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='tickets.tag')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['organisation', '-started_at'], name='contact_by_start'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_contact_owned'),
        ),
        migrations.AddIndex(
            model_name='contactdelegate',
            index=models.Index(fields=['delegate'], name='contact_by_delegate'),
        ),
        migrations.AddConstraint(
            model_name='contactdelegate',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_contactdelegate_owned'),
        ),
        migrations.AddConstraint(
            model_name='contactinterval',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_contactinterval_owned'),
        ),
        migrations.AddConstraint(
            model_name='contactinterval',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('contact',), name='contact_one_open_interval'),
        ),
        migrations.AddConstraint(
            model_name='contactinterval',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='contact_interval_forward'),
        ),
        migrations.AddConstraint(
            model_name='contactentry',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_contactentry_owned'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_attachment_owned'),
        ),
        migrations.AddConstraint(
            model_name='globalsuspension',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_globalsuspension_owned'),
        ),
        migrations.AddConstraint(
            model_name='globalsuspension',
            constraint=models.UniqueConstraint(fields=('organisation', 'slug'), name='global_suspension_once'),
        ),
        migrations.AddConstraint(
            model_name='globalsuspension',
            constraint=models.CheckConstraint(condition=models.Q(('to_day__gte', models.F('from_day'))), name='global_suspension_forward'),
        ),
        migrations.AddConstraint(
            model_name='keptcalendar',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_keptcalendar_owned'),
        ),
        migrations.AddConstraint(
            model_name='keptcalendar',
            constraint=models.UniqueConstraint(fields=('organisation', 'digest'), name='kept_calendar_once'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('rfc_id', ''), _negated=True), fields=['organisation', 'rfc_id'], name='message_by_id'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('aside__isnull', False)), fields=['aside', 'id'], name='message_of_aside'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_message_owned'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('token', ''), _negated=True), fields=('token',), name='message_token_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('aside__isnull', True), ('direction__in', ('in', 'out'))), models.Q(('aside__isnull', False), ('direction__in', ('ask', 'told'))), _connector='OR'), name='message_aside_or_not'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_note_owned'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_recipient_owned'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_tag_owned'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(fields=('organisation', 'folded'), name='tag_once'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('service_sheet__isnull', False)), fields=['service_sheet'], name='ticket_service_sheet'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='ticket_merged_into'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('organisation'), models.F('next_promise_at'), models.F('id'), name='ticket_by_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('organisation'), models.F('unanswered_since'), models.F('id'), name='ticket_by_waiting'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('moved_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'closed'), _negated=True), name='ticket_open_by_moved'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('opened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='ticket_by_opened'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('organisation'), models.OrderBy(models.F('moved_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='ticket_by_moved'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('owner'), models.F('next_promise_at'), models.F('id'), condition=models.Q(('status', 'closed'), _negated=True), name='ticket_mine'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('team'), models.F('next_promise_at'), models.F('id'), condition=models.Q(('owner__isnull', True), models.Q(('status', 'closed'), _negated=True)), name='ticket_unassigned'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('organisation'), models.F('next_promise_at'), models.F('id'), condition=models.Q(('snoozed_until__isnull', False)), name='ticket_snoozed'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('customer'), models.OrderBy(models.F('opened_at'), descending=True), name='ticket_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_ticket_owned'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='ticket_number_once'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at__isnull', True), ('next_promise_at__isnull', False)), _connector='OR'), name='ticket_never_silent'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('snoozed_until__isnull', True), models.Q(('status', 'closed'), _negated=True), _connector='OR'), name='ticket_closed_is_awake'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('status', 'closed'), _connector='OR'), name='ticket_merged_is_closed'),
        ),
        migrations.AddIndex(
            model_name='term',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('met_at__isnull', True)), fields=['ticket', 'due_at'], name='term_running'),
        ),
        migrations.AddIndex(
            model_name='term',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('kind', 'conclusion'), ('met_at__isnull', True)), fields=['organisation', 'due_at'], name='term_running_by_due'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_term_owned'),
        ),
        migrations.AddIndex(
            model_name='suspension',
            index=models.Index(fields=['ticket', 'began_at'], name='suspension_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_suspension_owned'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ticket',), name='suspension_one_running'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('until_at__gte', models.F('began_at')), models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('began_at')), _connector='OR')), name='suspension_forward'),
        ),
        migrations.AddIndex(
            model_name='stepdone',
            index=models.Index(fields=['ticket', 'code'], name='step_done_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='stepdone',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_stepdone_owned'),
        ),
        migrations.AddIndex(
            model_name='statedreason',
            index=models.Index(fields=['ticket', 'about', '-at'], name='stated_reason_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='statedreason',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_statedreason_owned'),
        ),
        migrations.AddConstraint(
            model_name='snooze',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_snooze_owned'),
        ),
        migrations.AddConstraint(
            model_name='snooze',
            constraint=models.UniqueConstraint(condition=models.Q(('woken_at__isnull', True)), fields=('ticket',), name='snooze_one_running'),
        ),
        migrations.AddConstraint(
            model_name='snooze',
            constraint=models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('began_at'))), name='snooze_forward'),
        ),
        migrations.AddIndex(
            model_name='servicepause',
            index=models.Index(fields=['ticket', 'began_at'], name='service_pause_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='servicepause',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_servicepause_owned'),
        ),
        migrations.AddConstraint(
            model_name='servicepause',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ticket', 'cause'), name='service_pause_one_running'),
        ),
        migrations.AddConstraint(
            model_name='servicepause',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='service_pause_forward'),
        ),
        migrations.AddIndex(
            model_name='servicelevel',
            index=models.Index(fields=['ticket', 'started_at'], name='service_level_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='servicelevel',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_servicelevel_owned'),
        ),
        migrations.AddConstraint(
            model_name='servicelevel',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('met_at__isnull', True)), fields=('ticket', 'metric'), name='service_level_one_running'),
        ),
        migrations.AddIndex(
            model_name='searchrow',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['words'], gin_pending_list_limit=1024, name='search_words'),
        ),
        migrations.AddIndex(
            model_name='searchrow',
            index=models.Index(fields=['organisation', '-id'], name='search_window'),
        ),
        migrations.AddConstraint(
            model_name='searchrow',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_searchrow_owned'),
        ),
        migrations.AddIndex(
            model_name='replyblock',
            index=models.Index(fields=['ticket', 'code'], name='reply_block_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='replyblock',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_replyblock_owned'),
        ),
        migrations.AddConstraint(
            model_name='replyblock',
            constraint=models.UniqueConstraint(fields=('message', 'code'), name='reply_block_once'),
        ),
        migrations.AddIndex(
            model_name='reason',
            index=models.Index(fields=['ticket', 'id'], name='reason_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='reason',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_reason_owned'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_participant_owned'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(condition=models.Q(('address', ''), _negated=True), fields=('ticket', 'address'), name='participant_address_once'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('by_member__isnull', False)), fields=['by_member'], name='notice_by_member'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state', 'due')), fields=['organisation', 'due_at'], name='notice_due'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['ticket', 'id'], name='notice_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_notice_owned'),
        ),
        migrations.AddConstraint(
            model_name='named',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_named_owned'),
        ),
        migrations.AddConstraint(
            model_name='named',
            constraint=models.UniqueConstraint(fields=('ticket', 'member'), name='named_once'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('level__isnull', False)), fields=['level'], name='moment_level'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('suspension__isnull', False)), fields=['suspension'], name='moment_suspension'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('snooze__isnull', False)), fields=['snooze'], name='moment_snooze'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('next_moment_at__isnull', False)), fields=['organisation', 'next_moment_at'], name='moment_next'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('to_member__isnull', False)), fields=['to_member', '-done_at'], name='moment_to_member'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('to_team__isnull', False)), fields=['to_team', '-done_at'], name='moment_to_team'),
        ),
        migrations.AddIndex(
            model_name='moment',
            index=models.Index(condition=models.Q(('done_at__isnull', False), ('whom', 'supervisor')), fields=['organisation', '-done_at'], name='moment_for_supervisors'),
        ),
        migrations.AddConstraint(
            model_name='moment',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_moment_owned'),
        ),
        migrations.AddConstraint(
            model_name='moment',
            constraint=models.UniqueConstraint(fields=('ticket', 'term', 'level', 'suspension', 'snooze', 'sort', 'code', 'due_at'), name='moment_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='moment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('next_moment_at__isnull', False)), models.Q(('done_at__isnull', False), ('next_moment_at__isnull', True)), _connector='OR'), name='moment_pending_or_done'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['member', 'ticket'], name='mention_of_member'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['member', 'ticket'], name='mention_unread'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_mention_owned'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('entry', 'member'), name='mention_once'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_link_owned'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('ticket', 'other', 'kind'), name='link_once'),
        ),
        migrations.AddConstraint(
            model_name='importedticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_importedticket_owned'),
        ),
        migrations.AddConstraint(
            model_name='importedticket',
            constraint=models.UniqueConstraint(fields=('organisation', 'reference'), name='imported_reference_once'),
        ),
        migrations.AddIndex(
            model_name='extension',
            index=models.Index(fields=['ticket', 'made_at'], name='extension_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_extension_owned'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('by_member__isnull', False)), fields=['by_member'], name='entry_by_member'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('came_from__isnull', False)), fields=['came_from'], name='entry_came_from'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_entry_owned'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('ticket', 'position'), name='entry_position_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'note'), _negated=True), ('visibility', 'internal'), _connector='OR'), name='entry_note_is_internal'),
        ),
        migrations.AddIndex(
            model_name='closure',
            index=models.Index(fields=['organisation', 'closed_at'], name='closure_by_instant'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_closure_owned'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('ticket',), name='closure_one_in_force'),
        ),
        migrations.AddIndex(
            model_name='aside',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ticket'], name='aside_open'),
        ),
        migrations.AddConstraint(
            model_name='aside',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_aside_owned'),
        ),
        migrations.AddConstraint(
            model_name='accesscode',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_accesscode_owned'),
        ),
        migrations.AddConstraint(
            model_name='ticketcounter',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_ticketcounter_owned'),
        ),
        migrations.AddConstraint(
            model_name='ticketcounter',
            constraint=models.UniqueConstraint(fields=('organisation', 'year'), name='ticket_counter_year_once'),
        ),
        migrations.AddConstraint(
            model_name='ticketevent',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_ticketevent_owned'),
        ),
        migrations.AddConstraint(
            model_name='ticketmerge',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_ticketmerge_owned'),
        ),
        migrations.AddConstraint(
            model_name='ticketmerge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('merged',), name='merge_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='ticketmerge',
            constraint=models.CheckConstraint(condition=models.Q(('merged', models.F('kept')), _negated=True), name='merge_of_two'),
        ),
        migrations.AddIndex(
            model_name='entrymove',
            index=models.Index(condition=models.Q(('merge__isnull', False)), fields=['merge', 'id'], name='entry_move_of_merge'),
        ),
        migrations.AddIndex(
            model_name='entrymove',
            index=models.Index(fields=['entry', '-id'], name='entry_move_of_entry'),
        ),
        migrations.AddConstraint(
            model_name='entrymove',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_entrymove_owned'),
        ),
        migrations.AddIndex(
            model_name='tickettag',
            index=models.Index(fields=['tag', 'ticket'], name='ticket_by_tag'),
        ),
        migrations.AddConstraint(
            model_name='tickettag',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='tickets_tickettag_owned'),
        ),
        migrations.AddConstraint(
            model_name='tickettag',
            constraint=models.UniqueConstraint(fields=('ticket', 'tag'), name='ticket_tag_once'),
        ),
        OwnedKeys(),
    ]
