from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "citybrain.lab.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
