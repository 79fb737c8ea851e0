from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClaimsConfig(AppConfig):
    name = "apps.claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        from apps.audit.verifying.rows import ROW_CHECKS
        from apps.claims import recorded
        from apps.claims.models import policies

        ROW_CHECKS.extend([recorded.judge_words, recorded.judge_decisions, recorded.judge_rule])
        post_migrate.connect(policies.make_first, sender=self, dispatch_uid="claims-first-rule")
