"""The learner's addresses."""

from django.urls import URLPattern, URLResolver, include, path

from roadmap.views import (
    buttons,
    calendar,
    catalogue,
    digests,
    letters,
    placement,
    plan,
    progress,
    provider,
    takeout,
    what_if,
)

milestone: list[URLPattern | URLResolver] = [
    path("", catalogue.milestone, name="milestone"),
    path("state/", progress.state, name="state"),
    path("steps/<slug:step>/", progress.step, name="step"),
    path("hours/", progress.hours, name="hours"),
    path("note/", progress.note, name="note"),
]

one_roadmap: list[URLPattern | URLResolver] = [
    path("", catalogue.roadmap, name="roadmap"),
    path("map/", catalogue.road_map, name="road_map"),
    path("document.yaml", catalogue.document, name="document"),
    path("plan.json", plan.plan_json, name="plan_json"),
    path("preview/", what_if.preview, name="what_if_preview"),
    path("what-if/", what_if.what_if, name="what_if"),
    path("enrol/", progress.enrol, name="enrol"),
    path("leave/", progress.leave, name="leave"),
    path("news/", progress.news, name="news"),
    path("pace-hint/", progress.dismiss_pace_hint, name="dismiss_pace_hint"),
    path("undo/", progress.undo, name="undo"),
    path("placement/", placement.placement, name="placement"),
    path("choices/<slug:group>/", progress.choose, name="choose"),
    path("milestones/<slug:milestone>/", include(milestone)),
]

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("plan/", plan.plan, name="plan"),
    path("plan/pause/", plan.pause, name="pause"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar"),
    path("digests/unsubscribe/<str:token>/", digests.unsubscribe, name="digest_unsubscribe"),
    path("anymail/<slug:name>/tracking/", provider.webhook, name="mail_provider"),
    path("digests/preview/", letters.letter, name="letter"),
    path("digests/preview/html/", letters.letter_html, name="letter_html"),
    path("digests/<slug:wish>/<str:token>/", buttons.button, name="digest_button"),
    path("account/export/", takeout.export, name="export"),
    path("account/delete/", takeout.delete, name="delete"),
    path("schemas/roadmap-1.json", catalogue.schema, name="schema"),
    path("roadmaps/", catalogue.roadmaps, name="roadmaps"),
    path("roadmaps/<slug:slug>/", include(one_roadmap)),
]
