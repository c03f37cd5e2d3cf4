from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "citybrain.applications.operations.indicators"
    label = "indicators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from citybrain.applications.operations.indicators.manifest import IndicatorsFile  # noqa: PLC0415
        from citybrain.applications.operations.indicators.packing import (  # noqa: PLC0415
            apply_indicators,
            check_indicators,
        )
        from citybrain.base.packs import register_section  # noqa: PLC0415  # needs the models

        register_section(
            file="indicators.yaml", schema=IndicatorsFile, check=check_indicators, apply=apply_indicators,
            names={"indicator": lambda parsed: parsed.indicators}, order=40,
        )  # fmt: skip
