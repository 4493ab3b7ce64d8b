"""What the mail provider tells us: bounces, complaints, deliveries."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from roadmap.digests import feedback, ledger, provider


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def webhook(request: HttpRequest, name: str) -> HttpResponse:
    """Take events, each once; 404 for any provider but ours, 400 for what it did not sign. HEAD: is somebody there?"""
    if not settings.MAIL_PROVIDER or name != settings.MAIL_PROVIDER:
        raise Http404
    if request.method == "POST":
        now = ledger.now()
        for event in provider.events(request, now):
            feedback.take(event, now)
    return HttpResponse()
