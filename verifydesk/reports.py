"""What a report of a failure may hold: where it failed, and nothing that anybody had typed or read."""

from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NothingTyped(SafeExceptionReporterFilter):
    """For error mails and for the page that DEBUG shows. A local variable may hold a confidential source's name."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        return []
