"""Between the rows that editors change and the documents that learners read: read, write, publish, remember."""

from .merging import merged
from .publishing import document_in, notes_in, publish, published
from .reading import data_of, document_of
from .writing import write

__all__ = ["data_of", "document_in", "document_of", "merged", "notes_in", "publish", "published", "write"]
