from django.apps import AppConfig


class WatchingConfig(AppConfig):
    name = "citybrain.guarantees.watching"
    label = "watching"
    default_auto_field = "django.db.models.BigAutoField"
