from django.apps import AppConfig
from django.core.checks import Tags, register


class DeskConfig(AppConfig):
    name = "apps.desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        from apps.desk import checks

        register(checks.check_archive_origin, Tags.security)
