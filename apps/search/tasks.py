"""The doorbell of search: something was written, or it is time to look whether anything was."""

from celery import shared_task

from apps.search.catching_up import catch_up


@shared_task(name="search.catch_up", queue="desk", expires=60)
def read_what_is_stale(_after: int = 0) -> None:
    """Read what was written since, whatever this was rung after."""
    catch_up()
