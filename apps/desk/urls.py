from django.urls import path
from django.views.generic import RedirectView

from apps.desk.views import archive, captures, citations, claims, session, sources, stories, trail, uploads

app_name = "desk"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk:queue"), name="home"),
    path("healthz", session.health, name="health"),
    path("sign-in/", session.SignIn.as_view(), name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("claims/", claims.queue, name="queue"),
    path("claims/open/", claims.claim_open, name="claim_open"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/evidence/", claims.claim_evidence, name="claim_evidence"),
    path("claims/<int:pk>/edit/", claims.claim_edit, name="claim_edit"),
    path("claims/<int:pk>/assign/", claims.claim_assign, name="claim_assign"),
    path("claims/<int:pk>/stage/", claims.claim_stage, name="claim_stage"),
    path("claims/<int:pk>/corroborate/", claims.claim_corroborate, name="claim_corroborate"),
    path("claims/<int:pk>/dispute/", claims.claim_dispute, name="claim_dispute"),
    path("claims/<int:pk>/reopen/", claims.claim_reopen, name="claim_reopen"),
    path("claims/<int:pk>/cite/", citations.claim_cite, name="claim_cite"),
    path("citations/<int:pk>/withdraw/", citations.citation_withdraw, name="citation_withdraw"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/<int:pk>/correct/", sources.source_correct, name="source_correct"),
    path("captures/<int:pk>/", captures.capture, name="capture"),
    path("captures/<int:before>/diff/<int:after>/", captures.capture_diff, name="capture_diff"),
    path("captures/<int:pk>/document/", captures.capture_document, name="capture_document"),
    path("captures/<int:pk>/retry/", sources.capture_retry, name="capture_retry"),
    path("captures/<int:pk>/record/", sources.capture_record, name="capture_record"),
    path("attempts/<int:pk>/record/", sources.attempt_record, name="attempt_record"),
    path("captures/<int:pk>/let-go/", archive.capture_let_go, name="capture_let_go"),
    path("pages/<int:pk>/compare/", captures.page_compare, name="page_compare"),
    path("pages/<int:pk>/upload/", uploads.page_upload, name="page_upload"),
    path("archive/needs-a-person/", archive.needs_a_person, name="needs_a_person"),
    path("stories/", stories.stories, name="stories"),
    path("stories/open/", stories.story_open, name="story_open"),
    path("stories/<int:pk>/", stories.story, name="story"),
    path("stories/<int:pk>/edit/", stories.story_edit, name="story_edit"),
    path("trail/", trail.trail, name="trail"),
]
