from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "citybrain.applications.governance.appeals"
    label = "appeals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make `appeals.yaml` known to the pack loader."""
        from citybrain.applications.governance.appeals.manifest import AppealsFile  # noqa: PLC0415 - needs the models
        from citybrain.applications.governance.appeals.packing import apply_appeals, check_appeals  # noqa: PLC0415
        from citybrain.base.packs import register_section  # noqa: PLC0415

        register_section(
            file="appeals.yaml", schema=AppealsFile, check=check_appeals, apply=apply_appeals,
            names={"appeal_category": lambda parsed: [item.key for item in parsed.categories]}, order=60,
            prefixed=False,
        )  # fmt: skip
