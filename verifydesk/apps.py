from django.apps import AppConfig


class VerifyDeskConfig(AppConfig):
    name = "verifydesk"
    label = "verifydesk"
    verbose_name = "Wiring"

    def ready(self) -> None:
        from verifydesk import celery  # noqa: F401, PLC0415  (shared tasks belong to this app in the web process too)
