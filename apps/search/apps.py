from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SearchConfig(AppConfig):
    name = "apps.search"
    verbose_name = "Search"

    def ready(self) -> None:
        from apps.search import triggers

        pre_migrate.connect(triggers.lift_before_migrate, dispatch_uid="search-triggers-lifted")
        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="search-triggers")
