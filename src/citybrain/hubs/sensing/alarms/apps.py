from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "citybrain.hubs.sensing.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"
