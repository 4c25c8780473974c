import django.db.models.deletion
import sportello.foundation.tenancy.models.base
from django.db import migrations, models

from sportello.foundation.tenancy.migration import AtOnce, OwnedKeys


class Migration(AtOnce):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('files', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('person', 'Person'), ('company', 'Company or association')], default='person', max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('sort_key', models.CharField(db_collation='C', editable=False, max_length=200)),
                ('family_key', models.CharField(db_collation='C', default='', editable=False, max_length=200)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('born_on', models.DateField(blank=True, null=True)),
                ('needs', models.CharField(blank=True, max_length=500)),
                ('addressed_as', models.CharField(blank=True, max_length=200)),
                ('first_seen_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('merged_into', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('news', 'News about services'), ('survey', 'Surveys on our work'), ('marketing', 'Offers'), ('profiling', 'Offers by habits'), ('recording', 'Recording of calls'), ('sharing', 'Passing data to others')], max_length=20)),
                ('source', models.CharField(choices=[('counter', 'Signed at the counter'), ('phone', 'Said on the phone'), ('webform', 'Web form'), ('email', 'E-mail'), ('letter', 'Letter'), ('import', 'Imported list')], max_length=20)),
                ('about', models.CharField(blank=True, max_length=300)),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='customers.customer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CustomerNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground', models.CharField(max_length=300)),
                ('ordered_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('counts', models.JSONField(default=dict)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('email', 'E-mail'), ('pec', 'PEC'), ('phone', 'Phone'), ('tax_code', 'Tax code'), ('vat', 'VAT number'), ('address', 'Postal address'), ('handle', 'Messaging name'), ('external', 'Reference (order, contract)')], max_length=20)),
                ('value', models.CharField(db_collation='C', max_length=320)),
                ('shown', models.CharField(max_length=320)),
                ('verified', models.CharField(blank=True, choices=[('', 'not verified'), ('by_reply', 'answered from it'), ('by_code', 'code sent to it'), ('by_document', 'document seen')], default='', max_length=20)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('preferred', models.BooleanField(default=False)),
                ('undeliverable_at', models.DateTimeField(blank=True, null=True)),
                ('added_at', models.DateTimeField()),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='customers.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('customers', 'Customers'), ('tickets', 'Tickets')], max_length=10)),
                ('state', models.CharField(choices=[('chosen', 'Columns to be matched'), ('checking', 'Being tried out'), ('checked', 'Tried out, nothing written'), ('running', 'Being imported'), ('done', 'Imported'), ('stopped', 'Stopped')], default='chosen', max_length=10)),
                ('filename', models.CharField(max_length=255)),
                ('encoding', models.CharField(max_length=20)),
                ('delimiter', models.CharField(max_length=1)),
                ('mapping', models.JSONField(default=dict)),
                ('total', models.PositiveIntegerField(default=0)),
                ('next_row', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('outcomes', models.TextField(blank=True, default='')),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('blob', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('is_refused', models.BooleanField(default=True)),
                ('code', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('run', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='faults', to='customers.importrun')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(blank=True, max_length=300)),
                ('merged_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('by_member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('kept', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='customers.customer')),
                ('merged', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('undone_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signs', models.JSONField(default=list)),
                ('weight', models.PositiveSmallIntegerField()),
                ('made_at', models.DateTimeField()),
                ('settled', models.CharField(blank=True, choices=[('', 'To be looked at'), ('merged', 'Merged'), ('different', 'Two different customers')], default='', max_length=10)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('one', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('other', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('settled_by', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('card', 'Customer card'), ('data', "Copy of one customer's data"), ('list', 'Export of customers'), ('faults', 'Report of an import'), ('proof', 'Proof of a delegation'), ('tickets', 'Export of tickets')], max_length=10)),
                ('purpose', models.CharField(blank=True, max_length=300)),
                ('rows', models.PositiveIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('member', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('delegate', 'Acts for'), ('company', 'Works for or represents'), ('household', 'Same household as')], max_length=20)),
                ('proof_name', models.CharField(blank=True, max_length=255)),
                ('about', models.CharField(blank=True, max_length=200)),
                ('from_day', models.DateField()),
                ('until_day', models.DateField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('customer', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to='customers.customer')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('other', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations_from', to='customers.customer')),
                ('proof', sportello.foundation.tenancy.models.base.OwnedKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.blob')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SideSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('sort', models.CharField(choices=[('http', 'Asked over the network (JSON)'), ('csv', 'A list brought in (CSV)')], max_length=10)),
                ('key', models.CharField(choices=[('email', 'E-mail'), ('pec', 'PEC'), ('phone', 'Phone'), ('tax_code', 'Tax code'), ('vat', 'VAT number'), ('address', 'Postal address'), ('handle', 'Messaging name'), ('external', 'Reference (order, contract)')], max_length=20)),
                ('url', models.CharField(blank=True, max_length=500)),
                ('token_name', models.CharField(blank=True, max_length=60)),
                ('shown', models.JSONField(default=list)),
                ('cache_minutes', models.PositiveIntegerField(default=60)),
                ('is_on', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField()),
                ('as_of', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SideRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(db_collation='C', max_length=320)),
                ('rows', models.JSONField(default=list)),
                ('as_of', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('source', sportello.foundation.tenancy.models.base.OwnedKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='customers.sidesource')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organisation', 'sort_key'], name='customer_by_name'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organisation', 'family_key'], name='customer_by_family_name'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='customer_merged'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_customer_owned'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_consent_owned'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('customer', 'purpose'), name='consent_in_force_once'),
        ),
        migrations.AddIndex(
            model_name='customernote',
            index=models.Index(fields=['customer', '-id'], name='customer_note_of'),
        ),
        migrations.AddConstraint(
            model_name='customernote',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_customernote_owned'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_erasure_owned'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(fields=['organisation', 'value'], name='identity_by_value'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_identity_owned'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(condition=models.Q(('sort__in', ['email', 'pec', 'tax_code', 'handle'])), fields=('organisation', 'sort', 'value'), name='identity_of_one_customer'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('customer', 'sort', 'value'), name='identity_once'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(condition=models.Q(('preferred', True)), fields=('customer',), name='identity_one_preferred'),
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['organisation', '-id'], name='import_by_time'),
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(condition=models.Q(('state__in', ['checking', 'running'])), fields=['id'], name='import_to_do'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_importrun_owned'),
        ),
        migrations.AddIndex(
            model_name='importfault',
            index=models.Index(fields=['run', 'line'], name='import_fault_of'),
        ),
        migrations.AddConstraint(
            model_name='importfault',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_importfault_owned'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_merge_owned'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('merged',), name='merge_in_force_once'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('settled', '')), fields=['organisation', '-weight', '-id'], name='proposal_open'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['other'], name='proposal_of_other'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_proposal_owned'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('one', 'other'), name='proposal_once'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='proposal_in_order'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(fields=['customer', '-id'], name='reading_of'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(fields=['organisation', '-id'], name='reading_by_time'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_reading_owned'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(fields=['customer', '-id'], name='relation_of'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(fields=['other', '-id'], name='relation_to'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_relation_owned'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('customer', models.F('other')), _negated=True), name='relation_of_two'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('until_day__isnull', True), ('until_day__gte', models.F('from_day')), _connector='OR'), name='relation_forward'),
        ),
        migrations.AddConstraint(
            model_name='sidesource',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_sidesource_owned'),
        ),
        migrations.AddConstraint(
            model_name='sidesource',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='side_source_once'),
        ),
        migrations.AddConstraint(
            model_name='siderow',
            constraint=models.UniqueConstraint(fields=('organisation', 'id'), name='customers_siderow_owned'),
        ),
        migrations.AddConstraint(
            model_name='siderow',
            constraint=models.UniqueConstraint(fields=('source', 'value'), name='side_row_once'),
        ),
        OwnedKeys(),
    ]
