from django.apps import AppConfig
from django.core.checks import register


class TeamworkConfig(AppConfig):
    name = "apps.teamwork"
    verbose_name = "Teamwork"

    def ready(self) -> None:
        from apps.teamwork.checks import check_mail

        register(check_mail)
