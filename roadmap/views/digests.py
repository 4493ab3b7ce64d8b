"""One link in every digest that ends them, without logging in."""

from __future__ import annotations

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import links
from accounts.models import Preferences


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a form and changes nothing, since scanners follow links; POST ends the digests (RFC 8058).

    The POST comes from a mail program: without cookie or CSRF token, any number of times. It is answered with 200 also
    when the account is gone, for then there is nothing left to end; a token that is not ours is 404, with other ways.
    """
    try:
        user = links.user_for(token)
    except BadSignature:
        return render(request, "roadmap/incomplete_link.html", {"ends_letters": True}, status=404)
    if request.method == "POST" and user is not None:
        Preferences.objects.filter(user=user).update(digest_enabled=False, digest_due_at=None, digest_replanned_at=None)
        user.preferences.refresh_from_db()
    is_over = user is None or not user.preferences.digest_enabled
    return render(request, "roadmap/unsubscribe.html", {"is_over": is_over, "is_gone": user is None, "token": token})
