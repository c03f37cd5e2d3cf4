from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "citybrain.base.packs"
    label = "packs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from citybrain.base.packs.refusals import ErrorsFile  # noqa: PLC0415  # with the other sections, when all is up
        from citybrain.base.packs.sections import register_section  # noqa: PLC0415

        register_section(file="errors.yaml", schema=ErrorsFile, order=0)
