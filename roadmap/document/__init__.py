"""The roadmap format: typed, immutable, checked; read, written, linted and compared. Pure: no Django."""

from .difference import Change, Difference, difference
from .format import (
    Citation,
    Credential,
    Document,
    Effort,
    Elapsed,
    Fact,
    Group,
    Kind,
    Milestone,
    Resource,
    Source,
    Stage,
    Step,
)
from .lint import Finding, broken_rules, lint, vanishing
from .mapping import brought_back, heirs, replaced
from .reading import DocumentError, from_data, parse, restore
from .sections import Line, Section, sections
from .wording import Wording
from .writing import FORMATS, dump, dump_json, json_schema, to_data

__all__ = [
    "FORMATS",
    "Change",
    "Citation",
    "Credential",
    "Difference",
    "Document",
    "DocumentError",
    "Effort",
    "Elapsed",
    "Fact",
    "Finding",
    "Group",
    "Kind",
    "Line",
    "Milestone",
    "Resource",
    "Section",
    "Source",
    "Stage",
    "Step",
    "Wording",
    "broken_rules",
    "brought_back",
    "difference",
    "dump",
    "dump_json",
    "from_data",
    "heirs",
    "json_schema",
    "lint",
    "parse",
    "replaced",
    "restore",
    "sections",
    "to_data",
    "vanishing",
]
