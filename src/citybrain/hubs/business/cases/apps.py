from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "citybrain.hubs.business.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make `cases.yaml` known to the pack loader."""
        from citybrain.base import packs  # noqa: PLC0415 - models are not loaded before this
        from citybrain.hubs.business.cases.checking import check_section  # noqa: PLC0415
        from citybrain.hubs.business.cases.manifest import CasesFile  # noqa: PLC0415
        from citybrain.hubs.business.cases.packing import apply_section  # noqa: PLC0415

        packs.register_section(
            file="cases.yaml",
            schema=CasesFile,
            check=check_section,
            apply=apply_section,
            names={"case_type": lambda parsed: [item.code for item in parsed.case_types]},
            prefixed=False,
            order=30,
        )
