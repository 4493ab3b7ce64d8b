"""Account mails: one plain text per mail, from which the HTML part is set.

The text's paragraphs become the paragraphs of the HTML; the code becomes a large one, and `Log in: https://…` a button.
So the two parts can't say different things.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)


class MailError(Exception):
    """The mail server did not take a mail; trying again later makes sense."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a mail; `kind` is `text`, `code`, or `link` with a label as its text and an address."""

    kind: str
    text: str
    url: str = ""


def paragraphs(text: str, *, code: str = "") -> list[Paragraph]:
    """Split the text of a mail at its empty lines, without the signature."""
    letter, _, _ = text.partition("\n-- \n")
    result = []
    for part in filter(None, (part.strip() for part in letter.split("\n\n"))):
        label, _, url = part.partition(": ")
        if code and part == code:
            result.append(Paragraph("code", part))
        elif url.startswith(f"{settings.SITE_URL}/") and not url.split()[1:]:
            result.append(Paragraph("link", label, url))
        else:
            result.append(Paragraph("text", part))
    return result


def compose(template: str, *, to: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """Return the mail made of `<template>_subject.txt` and `<template>_message.txt`.

    Its Message-ID is set here, once: a mail that is handed over twice is the same mail to whoever receives it.
    """
    context = {**context, "email": to, "site_url": settings.SITE_URL}
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    text = render_to_string(f"{template}_message.txt", context).strip() + "\n"
    host = urlsplit(settings.SITE_URL).hostname
    mail = EmailMultiAlternatives(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Message-ID": f"<account.{uuid.uuid4()}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    page = {**context, "subject": subject, "paragraphs": paragraphs(text, code=context.get("code", ""))}
    mail.attach_alternative(INLINER.inline(render_to_string("emails/account.html", page)), "text/html")
    return mail


def send(mail: EmailMultiAlternatives) -> None:
    """Hand `mail` to the mail server. Raises `MailError` if it does not take it."""
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        raise MailError(str(error)) from error
