"""What an editor posts to take a document in: first a file, then what they looked at."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from roadmap.document import Document, DocumentError, from_data, parse, to_data
from roadmap.document.markup import MAX_BYTES

UNREADABLE = "What you looked at cannot be read any more. Choose the file again."
_SALT = "roadmap.admin.documents"


class UploadForm(forms.Form):
    """A file; its document is checked whole before anything else happens."""

    file = forms.FileField(label="File", help_text="YAML or JSON, up to 2 MiB: a download, or your own.")

    def clean_file(self) -> Document:
        file = self.cleaned_data["file"]
        try:
            return parse(file.read(2 * MAX_BYTES), name=file.name)
        except DocumentError as error:
            lines = str(error).splitlines()
            raise ValidationError([f"{file.name} is refused, nothing was changed:", *lines], code="refused") from None


@dataclass(frozen=True)
class Pending:
    """A document that was looked at, and the draft (its version; none for a new roadmap) that it was compared with."""

    document: Document
    version: int | None

    def sealed(self) -> str:
        """Return it as a signed text for the form: a document of 2 MiB stays below what a form may post."""
        return signing.dumps((to_data(self.document), self.version), salt=_SALT, compress=True)


class ApplyForm(forms.Form):
    """What was looked at, to be applied as it is."""

    pending = forms.CharField(error_messages={"required": UNREADABLE})

    def clean_pending(self) -> Pending:
        try:
            data, version = signing.loads(self.cleaned_data["pending"], salt=_SALT)
            return Pending(from_data(data), version)
        except (signing.BadSignature, DocumentError):
            raise ValidationError(UNREADABLE, code="unreadable") from None
