from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "citybrain.hubs.sensing.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from citybrain.base.packs import register_section  # noqa: PLC0415  # needs the models
        from citybrain.hubs.sensing.alarms.history import (  # noqa: PLC0415
            HistoryDay,
            check_history,
            prove_history,
        )
        from citybrain.hubs.sensing.alarms.manifest import AlarmsFile  # noqa: PLC0415
        from citybrain.hubs.sensing.alarms.packing import apply_alarms, check_alarms  # noqa: PLC0415

        register_section(
            file="alarms.yaml", schema=AlarmsFile, check=check_alarms, apply=apply_alarms,
            names={"alarm_rule": lambda parsed: parsed.rules}, order=20,
        )  # fmt: skip
        register_section(file="history/*.yaml", schema=HistoryDay, check=check_history, prove=prove_history, order=90)
