"""The mailbox of the embedded stack: mails go to a folder, and a page shows them. Nothing leaves the machine."""

from .backend import EmailBackend

__all__ = ["EmailBackend"]
