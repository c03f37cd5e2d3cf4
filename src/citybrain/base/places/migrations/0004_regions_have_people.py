from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0003_map_layers'),
    ]

    operations = [
        migrations.AddField(
            model_name='region',
            name='population',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='region',
            name='population_at',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='region',
            name='population_source',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
    ]
