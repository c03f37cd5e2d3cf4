from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "citybrain.hubs.sensing.things"
    label = "things"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from citybrain.base.packs import register_section  # noqa: PLC0415  # needs the models
        from citybrain.hubs.sensing.things.manifest import ThingsFile  # noqa: PLC0415
        from citybrain.hubs.sensing.things.packing import apply_things  # noqa: PLC0415

        names = {"model": lambda parsed: parsed.models}
        register_section(file="things.yaml", schema=ThingsFile, apply=apply_things, names=names, order=10)
