"""Between the rows that editors change and the documents that learners read: read, write, publish, remember."""

from .importing import Incoming, incoming
from .merging import merged
from .publishing import document_in, notes_in, publish, published
from .reading import data_of, document_of
from .restoring import Stranded, StrandedError, restore_edition, restored, stranded
from .writing import write

__all__ = [
    "Incoming",
    "Stranded",
    "StrandedError",
    "data_of",
    "document_in",
    "document_of",
    "incoming",
    "merged",
    "notes_in",
    "publish",
    "published",
    "restore_edition",
    "restored",
    "stranded",
    "write",
]
