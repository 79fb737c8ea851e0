from django.contrib import admin

from apps.audit.admin import ReadOnlyAdmin
from apps.search.models import Stale


@admin.register(Stale)
class StaleAdmin(ReadOnlyAdmin):
    """What was written and search has not read yet: a worker takes it within seconds."""

    list_display = ["kind", "subject"]
    list_filter = ["kind"]
    show_full_result_count = False
