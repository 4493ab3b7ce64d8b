"""From a `Document` to data, YAML and JSON Schema. One document has one form: what says nothing is not written."""

from __future__ import annotations

import json
from typing import Any

import yaml

from .format import Document
from .markup import NUMBER


class _Dumper(yaml.CSafeDumper):
    """Puts in quotes what `markup` would read as a number, `0e0` for one, besides what YAML 1.1 would."""


_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", NUMBER, list("-+.0123456789"))


def to_data(document: Document) -> dict[str, Any]:
    """Return what JSON holds: dates as texts, whole numbers without a point, absent parts absent."""
    return document.model_dump(mode="json", exclude_defaults=True)


def dump(document: Document) -> str:
    """Return the canonical YAML; a dump, parsed and dumped again, is the same bytes."""
    data = document.model_dump(mode="python", exclude_defaults=True)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def dump_json(document: Document) -> str:
    """Return the document as JSON that people can read, too."""
    return json.dumps(to_data(document), ensure_ascii=False, indent=2) + "\n"


# How a document is written to a file, by the ending of its name: the content type, and what writes it.
FORMATS = {"yaml": ("application/yaml", dump), "json": ("application/json", dump_json)}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of format 1 (what a schema can say; the rules between parts are in `rules`)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Document.model_json_schema(),
        "title": "Waymark roadmap document, format 1",
    }
