"""The addresses that replay answers, and the only ones on its own host. The middleware asks here, before all others."""

from django.urls import path

from apps.desk.views import replay

urlpatterns = [
    path("replay/", replay.root, name="replay_root"),
    path("replay/<str:token>/page", replay.page, name="replay_page"),
    path("replay/<str:token>/dom", replay.dom, name="replay_dom"),
    path("replay/<str:token>/<int:offset>", replay.part, name="replay_part"),
]
