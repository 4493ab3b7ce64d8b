"""Addresses in their canonical form, in rows and in forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from .addresses import canonical_address


class AddressFormField(forms.EmailField):
    """An address as somebody types it, brought to its canonical form before it is looked at."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return canonical_address(value) if isinstance(value, str) else value


class AddressField(models.EmailField):
    """A column of addresses: whatever is stored, validated or looked for is brought to canonical form."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return canonical_address(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AddressFormField, **kwargs})
