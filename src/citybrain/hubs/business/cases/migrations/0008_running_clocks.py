from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_in_time'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='clockrun',
            index=models.Index(condition=models.Q(('stopped_at__isnull', True)), fields=['due_at', 'id'], name='clocks_not_stopped'),
        ),
    ]
