from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "citybrain.applications.operations.cockpit"
    label = "cockpit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from citybrain.applications.operations.cockpit.manifest import ScreenFile  # noqa: PLC0415
        from citybrain.applications.operations.cockpit.packing import apply_scenes, check_scenes  # noqa: PLC0415
        from citybrain.base.packs import register_section  # noqa: PLC0415  # needs the models

        register_section(
            file="screen.yaml", schema=ScreenFile, check=check_scenes, apply=apply_scenes,
            names={"scene": lambda parsed: parsed.scenes}, order=50,
        )  # fmt: skip
