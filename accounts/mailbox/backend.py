"""Django's way into the mailbox: what `EMAIL_URL=mailbox:` selects."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from . import store


class EmailBackend(BaseEmailBackend):
    """Keeps every mail as a file in `VAR_DIR/mail` instead of sending it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Deliver the mails and return how many; a mail without recipients is none."""
        count = 0
        for mail in email_messages:
            if not mail.recipients():
                continue
            try:
                # Django's own message classes take a line end, which the stubs of the standard library's don't know.
                store.deliver(mail.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # see above
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                count += 1
        return count
