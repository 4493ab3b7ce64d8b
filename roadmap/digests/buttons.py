"""The links in a letter that do something: each for one learner, one purpose and one thing, and not for ever.

The token is all the authority that there is, since a mail program has no session. A link opens a form and changes
nothing, for scanners follow links; the form's POST does it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.core.signing import BadSignature
from django.urls import reverse

from accounts import links

LIFETIME = timedelta(days=60)
_BETWEEN = "~"  # slugs and numbers hold none, and addresses need not encode it
_PLACE = "0"


class Wish(StrEnum):
    """What a button is for."""

    DONE = "done"
    HOURS = "hours"
    SNOOZE = "snooze"
    PAUSE = "pause"
    DAY = "day"


def url(wish: Wish, user_id: int, *thing: str) -> str:
    """Return the address of a button: what `thing` names (roadmap, milestone, step) for this learner only."""
    token = links.sign(purpose=f"letter.{wish}", value=_BETWEEN.join((str(user_id), *thing)))
    before, after = _around_token(settings.SITE_URL, wish)
    return f"{before}{token}{after}"


def unsubscribe_url(user_id: int) -> str:
    """Return the address that ends the letters."""
    before, after = _around_token(settings.SITE_URL, "unsubscribe")
    return f"{before}{links.sign(purpose=links.UNSUBSCRIBE, value=str(user_id))}{after}"


def opened(wish: Wish, token: str) -> tuple[int, tuple[str, ...]]:
    """Return the learner and the thing of a button's token.

    Raises `BadSignature` for one that we did not issue for this wish, `SignatureExpired` for one that is too old.
    """
    user, *thing = links.unsign(token, purpose=f"letter.{wish}", within=LIFETIME).split(_BETWEEN)
    if len(thing) != (3 if wish in {Wish.DONE, Wish.HOURS} else 0):
        raise BadSignature(token)
    return int(user), tuple(thing)


@cache
def _around_token(site_url: str, wish: str) -> tuple[str, str]:
    if wish == "unsubscribe":
        path = reverse("digest_unsubscribe", args=[_PLACE])
    else:
        path = reverse("digest_button", args=[wish, _PLACE])
    before, after = path.rsplit(_PLACE, 1)
    return site_url + before, after
