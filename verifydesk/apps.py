from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class VerifyDeskConfig(AppConfig):
    name = "verifydesk"
    label = "verifydesk"
    verbose_name = "Wiring"
    default = True

    def ready(self) -> None:
        from verifydesk import celery  # noqa: F401  (shared tasks belong to this app in the web process too)


class PanelConfig(AdminConfig):
    default_site = "verifydesk.panel.DeskAdminSite"
