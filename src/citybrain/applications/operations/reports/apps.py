from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "citybrain.applications.operations.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from citybrain.applications.operations.reports.manifest import ReportsFile  # noqa: PLC0415
        from citybrain.applications.operations.reports.packing import apply_reports, check_reports  # noqa: PLC0415
        from citybrain.base.packs import register_section  # noqa: PLC0415  # needs the models

        register_section(
            file="reports.yaml", schema=ReportsFile, check=check_reports, apply=apply_reports,
            names={"report": lambda parsed: parsed.reports}, order=50,
        )  # fmt: skip
