from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('procedures', '0005_hours_of_branches'),
    ]

    operations = [
        migrations.AlterField(
            model_name='noticetemplate',
            name='moment',
            field=models.CharField(choices=[('receipt', 'Receipt'), ('taken', 'Someone has taken it on'), ('waiting', 'We need something from you'), ('resumed', 'Work goes on'), ('moved', 'Passed to another office'), ('promise', 'New date promised'), ('closed', 'Concluded'), ('reopened', 'Opened again'), ('code', 'New access code'), ('suspended', 'Term suspended'), ('interrupted', 'Term interrupted'), ('refusal_warning', 'Reasons against the request'), ('third_party', 'Others concerned were told'), ('term_resumed', 'The term goes on'), ('extended', 'More time is needed'), ('interim', 'Interim reply'), ('merged', 'Goes on together with another request'), ('parted', 'On its own again'), ('forwarded', 'Another office was asked'), ('office_later', 'The office needs more time'), ('office_answered', 'The office has answered')], max_length=20),
        ),
    ]
