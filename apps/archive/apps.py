from django.apps import AppConfig
from django.core.checks import Tags, register


class ArchiveConfig(AppConfig):
    name = "apps.archive"
    verbose_name = "Archive"

    def ready(self) -> None:
        from apps.archive import checks

        register(checks.check_allow_list, Tags.security)
        register(checks.check_object_store, Tags.security)
        register(checks.check_limits)
        register(checks.check_uploads)
        register(checks.check_browser)
        register(checks.check_browser_sandbox, Tags.security, deploy=True)
        register(checks.check_patience)
        register(checks.check_watch)
        register(checks.check_contact, Tags.security, deploy=True)
