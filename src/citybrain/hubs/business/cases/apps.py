from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "citybrain.hubs.business.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
