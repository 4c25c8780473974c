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
        ('procedures', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Collector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField(default=True)),
                ('protocol', models.CharField(choices=[('imap', 'IMAP'), ('pop3', 'POP3')], default='imap', max_length=4)),
                ('host', models.CharField(max_length=255)),
                ('port', models.PositiveIntegerField(default=993)),
                ('security', models.CharField(choices=[('tls', 'TLS'), ('starttls', 'STARTTLS'), ('none', "None: only inside one's own network")], default='tls', max_length=10)),
                ('user', models.CharField(max_length=255)),
                ('folder', models.CharField(default='INBOX', max_length=255)),
                ('proof', models.CharField(choices=[('password', 'Password'), ('oauth2', 'OAuth2')], default='password', max_length=10)),
                ('token_url', models.CharField(blank=True, max_length=500)),
                ('client_id', models.CharField(blank=True, max_length=255)),
                ('scope', models.CharField(blank=True, max_length=500)),
                ('server_copy', models.CharField(choices=[('leave', 'Leave it as it is'), ('move', 'Move it to another folder'), ('delete', 'Delete it')], default='leave', max_length=10)),
                ('copy_days', models.PositiveIntegerField(default=30)),
                ('copy_folder', models.CharField(blank=True, max_length=255)),
                ('trusted_host', models.CharField(blank=True, max_length=255)),
                ('cut_off_at', models.DateTimeField(blank=True, null=True)),
                ('asks_cut_off', models.PositiveIntegerField(default=0)),
                ('import_total', models.PositiveIntegerField(default=0)),
                ('last_contact_at', models.DateTimeField(blank=True, null=True)),
                ('last_new_at', models.DateTimeField(blank=True, null=True)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('trouble', models.CharField(blank=True, max_length=40)),
                ('trouble_words', models.CharField(blank=True, max_length=500)),
                ('began_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('queued', 'To be sent'), ('sending', 'Being sent'), ('in_doubt', 'In doubt'), ('sent', 'Sent'), ('failed', 'Not sent')], default='queued', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True)),
                ('queued_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('message', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='dispatch', to='tickets.message')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('repeats', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeated_by', to='channels.dispatch')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=320)),
                ('state', models.CharField(choices=[('queued', 'To be sent'), ('sent', 'Handed over'), ('in_doubt', 'In doubt'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('read', 'Read'), ('failed', 'Not delivered')], default='queued', max_length=10)),
                ('status_code', models.CharField(blank=True, max_length=20)),
                ('answer', models.TextField(blank=True)),
                ('changed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('dispatch', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='channels.dispatch')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CertifiedLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('raw', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('dispatch', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='certified_letter', to='channels.dispatch')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(max_length=10)),
                ('code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('words', models.TextField(blank=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('dispatch', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='channels.dispatch')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DoorCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=20)),
                ('who', models.CharField(db_collation='C', max_length=64)),
                ('began_at', models.DateTimeField()),
                ('knocks', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ErasedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('disposal', models.PositiveIntegerField(blank=True, null=True)),
                ('what', models.CharField(choices=[('incoming', 'Incoming'), ('letter', 'Letter'), ('tray', 'Tray'), ('delivery', 'Delivery')], max_length=10)),
                ('row_id', models.BigIntegerField()),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.BigIntegerField(default=0)),
                ('ordered_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('erasure', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.erasure')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FolderPosition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folder', models.CharField(max_length=255)),
                ('uidvalidity', models.BigIntegerField(default=0)),
                ('last_uid', models.BigIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('began_at', models.DateTimeField()),
                ('on_server', models.PositiveIntegerField(default=0)),
                ('waiting', models.PositiveIntegerField(default=0)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('missing', models.PositiveIntegerField(default=0)),
                ('compared_at', models.DateTimeField(blank=True, null=True)),
                ('collector', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='channels.collector')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FormDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(db_collation='C', max_length=64, unique=True)),
                ('typed', models.JSONField(default=dict)),
                ('shown_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('follows', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DraftFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=255)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('draft', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='channels.formdraft')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='IncomingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=10)),
                ('envelope_from', models.CharField(blank=True, max_length=320)),
                ('envelope_to', models.CharField(blank=True, max_length=320)),
                ('sender', models.CharField(blank=True, db_collation='C', max_length=320)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('received_at', models.DateTimeField()),
                ('stored_at', models.DateTimeField()),
                ('is_archive', models.BooleanField(default=False)),
                ('peer', models.CharField(blank=True, default='', max_length=45)),
                ('peer_name', models.CharField(blank=True, default='', max_length=255)),
                ('authenticity', models.JSONField(blank=True, null=True)),
                ('state', models.CharField(choices=[('pending', 'To be read'), ('ticketed', 'On a ticket'), ('machine', 'Written by a machine'), ('quarantined', 'In quarantine'), ('duplicate', 'Duplicate')], default='pending', max_length=15)),
                ('cause', models.CharField(blank=True, max_length=40)),
                ('cause_facts', models.JSONField(default=dict)),
                ('rfc_id', models.CharField(blank=True, db_collation='C', max_length=500)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('released_by_id', models.BigIntegerField(blank=True, null=True)),
                ('duplicate_of', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.incomingmail')),
                ('message', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('raw', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CollectedMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(db_collation='C', max_length=255)),
                ('state', models.CharField(choices=[('stored', 'Stored'), ('again', 'Known already'), ('left', 'Left on the server')], default='stored', max_length=10)),
                ('size', models.BigIntegerField(default=0)),
                ('taken_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('position', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='channels.folderposition')),
                ('mail', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='collected', to='channels.incomingmail')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CertifiedMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('error', models.CharField(blank=True, max_length=60)),
                ('error_text', models.TextField(blank=True)),
                ('sender', models.CharField(blank=True, max_length=320)),
                ('subject', models.CharField(blank=True, max_length=500)),
                ('issuer', models.CharField(blank=True, max_length=200)),
                ('identifier', models.CharField(blank=True, db_collation='C', max_length=500)),
                ('msgid', models.CharField(blank=True, db_collation='C', max_length=500)),
                ('receipt_form', models.CharField(blank=True, max_length=20)),
                ('about', models.CharField(blank=True, db_collation='C', max_length=320)),
                ('certified_at', models.DateTimeField(blank=True, null=True)),
                ('signature', models.CharField(choices=[('valid', 'Signature valid'), ('not_checked', 'Signature not checked'), ('untrusted', 'Signed by nobody we trust'), ('broken', 'Signature broken'), ('missing', 'Not signed')], max_length=12)),
                ('signature_facts', models.JSONField(default=dict)),
                ('bound', models.CharField(blank=True, choices=[('', 'to nothing we sent'), ('msgid', 'by the identifier in its data'), ('header', 'by the identifier in its header'), ('identifier', "by the provider's number")], default='', max_length=12)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('delivery', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.delivery')),
                ('dispatch', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certified', to='channels.dispatch')),
                ('mail', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='certified', to='channels.incomingmail')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('pec', 'PEC (certified e-mail)')], default='email', max_length=10)),
                ('address', models.CharField(db_collation='C', max_length=254, unique=True)),
                ('shown_name', models.CharField(max_length=150)),
                ('is_default', models.BooleanField(default=False)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('reply_form', models.CharField(choices=[('plus', 'urp+…@ente.it: where the provider delivers plus addresses'), ('domain', '…@risposte.ente.it: a domain whose mail all comes here'), ('none', 'The address itself: replies are known by their reference alone')], default='plus', max_length=10)),
                ('reply_domain', models.CharField(blank=True, max_length=253)),
                ('signatures', models.JSONField(blank=True, default=dict)),
                ('smtp_host', models.CharField(blank=True, max_length=255)),
                ('smtp_port', models.PositiveIntegerField(default=587)),
                ('smtp_security', models.CharField(choices=[('none', 'none'), ('optional', 'STARTTLS?'), ('starttls', 'STARTTLS'), ('tls', 'TLS')], default='starttls', max_length=10)),
                ('smtp_user', models.CharField(blank=True, max_length=255)),
                ('smtp_password', models.TextField(blank=True)),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('kind', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.kind')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('team', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LearnedServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(max_length=255)),
                ('port', models.PositiveIntegerField()),
                ('most_bytes', models.BigIntegerField(blank=True, null=True)),
                ('has_smtputf8', models.BooleanField(default=False)),
                ('has_8bitmime', models.BooleanField(default=False)),
                ('has_starttls', models.BooleanField(default=False)),
                ('learned_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('mailbox', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.CASCADE, related_name='learned', to='channels.mailbox')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='incomingmail',
            name='mailbox',
            field=sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='incoming', to='channels.mailbox'),
        ),
        migrations.CreateModel(
            name='FormSender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(db_collation='C', max_length=320)),
                ('customer_in', models.CharField(choices=[('reply_to', 'in Reply-To'), ('body', 'in the text, on a line of its own'), ('nobody', 'nowhere: it names nobody')], default='reply_to', max_length=10)),
                ('address_label', models.CharField(blank=True, max_length=60)),
                ('name_label', models.CharField(blank=True, max_length=60)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('added_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('mailbox', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.mailbox')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='dispatch',
            name='mailbox',
            field=sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.mailbox'),
        ),
        migrations.AddField(
            model_name='collector',
            name='mailbox',
            field=sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='collector', to='channels.mailbox'),
        ),
        migrations.CreateModel(
            name='OutTrayMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipients', models.JSONField(default=list)),
                ('sender', models.CharField(max_length=320)),
                ('subject', models.CharField(max_length=500)),
                ('put_at', models.DateTimeField()),
                ('rfc_id', models.CharField(db_collation='C', max_length=500)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('raw', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WaitingReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Leaves at its time'), ('held', 'Held back')], default='waiting', max_length=10)),
                ('held_code', models.CharField(blank=True, max_length=20)),
                ('held_words', models.TextField(blank=True)),
                ('is_scheduled', models.BooleanField(default=False)),
                ('written_at', models.DateTimeField()),
                ('send_at', models.DateTimeField()),
                ('text', models.TextField()),
                ('to', models.JSONField(default=list)),
                ('cc', models.JSONField(default=list)),
                ('base_position', models.PositiveIntegerField()),
                ('then', models.CharField(default='keep', max_length=10)),
                ('outcome', models.CharField(blank=True, max_length=30)),
                ('reason', models.TextField(blank=True)),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('repeats', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('ticket', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiting_replies', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WaitingFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=255)),
                ('content_id', models.CharField(blank=True, max_length=255)),
                ('is_inline', models.BooleanField(default=False)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('reply', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='channels.waitingreply')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BlockedSender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(db_collation='C', max_length=320)),
                ('reason', models.CharField(max_length=300)),
                ('blocked_at', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('blocked_by', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('ended_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', '-blocked_at'], name='blocked_newest')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='channels_blockedsender_owned'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation', 'sender'), name='blocked_sender_once')],
            },
        ),
        migrations.CreateModel(
            name='CertifiedOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('warned_at', models.DateTimeField(blank=True, null=True)),
                ('warned_again_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('delivery', sportello.foundation.tenancy.models.base.OwnedOneToOne(on_delete=django.db.models.deletion.PROTECT, related_name='certified', to='channels.delivery')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organisation', 'id'), name='channels_certifiedoutcome_owned')],
            },
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_delivery_owned'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('dispatch', 'address'), name='delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='certifiedletter',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_certifiedletter_owned'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_attempt_owned'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(fields=('dispatch', 'number'), name='attempt_once'),
        ),
        migrations.AddIndex(
            model_name='doorcount',
            index=models.Index(fields=['began_at'], name='door_count_age'),
        ),
        migrations.AddConstraint(
            model_name='doorcount',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_doorcount_owned'),
        ),
        migrations.AddConstraint(
            model_name='doorcount',
            constraint=models.UniqueConstraint(fields=('organisation', 'door', 'who'), name='door_count_once'),
        ),
        migrations.AddIndex(
            model_name='erasedrow',
            index=models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['erasure', 'id'], name='erased_waiting'),
        ),
        migrations.AddIndex(
            model_name='erasedrow',
            index=models.Index(condition=models.Q(('disposal__isnull', False), ('erased_at__isnull', True)), fields=['organisation', 'disposal', 'id'], name='disposed_waiting'),
        ),
        migrations.AddIndex(
            model_name='erasedrow',
            index=models.Index(condition=models.Q(('sha256', ''), _negated=True), fields=['organisation', 'sha256'], name='erased_by_digest'),
        ),
        migrations.AddConstraint(
            model_name='erasedrow',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_erasedrow_owned'),
        ),
        migrations.AddConstraint(
            model_name='erasedrow',
            constraint=models.UniqueConstraint(fields=('what', 'row_id'), name='erased_once'),
        ),
        migrations.AddConstraint(
            model_name='erasedrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disposal__isnull', True), ('erasure__isnull', False)), models.Q(('disposal__isnull', False), ('erasure__isnull', True)), _connector='OR'), name='erased_on_one_ground'),
        ),
        migrations.AddConstraint(
            model_name='folderposition',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_folderposition_owned'),
        ),
        migrations.AddConstraint(
            model_name='folderposition',
            constraint=models.UniqueConstraint(fields=('collector', 'folder', 'uidvalidity'), name='position_once'),
        ),
        migrations.AddIndex(
            model_name='formdraft',
            index=models.Index(fields=['expires_at'], name='form_draft_expiry'),
        ),
        migrations.AddConstraint(
            model_name='formdraft',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_formdraft_owned'),
        ),
        migrations.AddConstraint(
            model_name='formdraft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', True), ('ticket__isnull', True)), models.Q(('sent_at__isnull', False), ('ticket__isnull', False)), _connector='OR'), name='form_draft_sent_has_ticket'),
        ),
        migrations.AddConstraint(
            model_name='draftfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_draftfile_owned'),
        ),
        migrations.AddConstraint(
            model_name='draftfile',
            constraint=models.UniqueConstraint(fields=('draft', 'blob', 'filename'), name='draft_file_once'),
        ),
        migrations.AddIndex(
            model_name='collectedmessage',
            index=models.Index(fields=['mail'], name='collected_by_mail'),
        ),
        migrations.AddIndex(
            model_name='collectedmessage',
            index=models.Index(condition=models.Q(('cleared_at__isnull', True)), fields=['position', 'taken_at'], name='collected_to_clear'),
        ),
        migrations.AddIndex(
            model_name='collectedmessage',
            index=models.Index(condition=models.Q(('state', 'left')), fields=['position'], name='collected_left'),
        ),
        migrations.AddConstraint(
            model_name='collectedmessage',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_collectedmessage_owned'),
        ),
        migrations.AddConstraint(
            model_name='collectedmessage',
            constraint=models.UniqueConstraint(fields=('position', 'key'), name='collected_once'),
        ),
        migrations.AddIndex(
            model_name='certifiedmail',
            index=models.Index(condition=models.Q(('identifier', ''), _negated=True), fields=['organisation', 'identifier'], name='certified_by_number'),
        ),
        migrations.AddConstraint(
            model_name='certifiedmail',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_certifiedmail_owned'),
        ),
        migrations.AddConstraint(
            model_name='mailbox',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_mailbox_owned'),
        ),
        migrations.AddConstraint(
            model_name='mailbox',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organisation',), name='mailbox_one_default'),
        ),
        migrations.AddConstraint(
            model_name='learnedserver',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_learnedserver_owned'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('duplicate_of__isnull', False)), fields=['duplicate_of'], name='incoming_duplicate_of'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['next_attempt_at', 'id'], name='incoming_pending'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['is_archive', 'id'], name='incoming_pending_first'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('state', 'quarantined')), fields=['organisation', '-received_at'], name='incoming_quarantine'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('rfc_id', ''), _negated=True), fields=['mailbox', 'rfc_id'], name='incoming_by_id'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(fields=['mailbox', 'raw'], name='incoming_by_raw'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('sender', ''), _negated=True), fields=['mailbox', 'sender', '-received_at'], name='incoming_by_sender'),
        ),
        migrations.AddIndex(
            model_name='incomingmail',
            index=models.Index(condition=models.Q(('authenticity__isnull', True)), fields=['id'], name='incoming_to_check'),
        ),
        migrations.AddConstraint(
            model_name='incomingmail',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_incomingmail_owned'),
        ),
        migrations.AddConstraint(
            model_name='formsender',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_formsender_owned'),
        ),
        migrations.AddConstraint(
            model_name='formsender',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation', 'sender', 'mailbox'), name='form_sender_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('repeats__isnull', False)), fields=['repeats'], name='dispatch_repeats'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'sending', 'in_doubt'])), fields=['channel', 'next_attempt_at', 'id'], name='dispatch_due'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['organisation', '-queued_at'], name='dispatch_failed'),
        ),
        migrations.AddConstraint(
            model_name='dispatch',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_dispatch_owned'),
        ),
        migrations.AddConstraint(
            model_name='collector',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_collector_owned'),
        ),
        migrations.AddIndex(
            model_name='outtraymail',
            index=models.Index(fields=['organisation', '-id'], name='out_tray_newest'),
        ),
        migrations.AddConstraint(
            model_name='outtraymail',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_outtraymail_owned'),
        ),
        migrations.AddConstraint(
            model_name='outtraymail',
            constraint=models.UniqueConstraint(fields=('organisation', 'rfc_id'), name='out_tray_once'),
        ),
        migrations.AddIndex(
            model_name='waitingreply',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['organisation', 'send_at'], name='waiting_reply_due'),
        ),
        migrations.AddConstraint(
            model_name='waitingreply',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_waitingreply_owned'),
        ),
        migrations.AddConstraint(
            model_name='waitingfile',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='channels_waitingfile_owned'),
        ),
        OwnedKeys(),
    ]
