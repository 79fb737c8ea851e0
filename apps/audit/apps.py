from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    name = "apps.audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        from apps.audit import triggers

        pre_migrate.connect(triggers.lift_before_migrate, dispatch_uid="audit-triggers-lifted")
        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="audit-triggers")
        register(triggers.check_installed, Tags.database)
