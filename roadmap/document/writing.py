"""From a `Document` to data, YAML and JSON Schema. One document has one form: what says nothing is not written."""

from __future__ import annotations

from typing import Any

import yaml

from .format import Document


def to_data(document: Document) -> dict[str, Any]:
    """Return what JSON holds: dates as texts, whole numbers without a point, absent parts absent."""
    return document.model_dump(mode="json", exclude_defaults=True)


def dump(document: Document) -> str:
    """Return the canonical YAML; a dump, parsed and dumped again, is the same bytes."""
    data = document.model_dump(mode="python", exclude_defaults=True)
    return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of format 1 (what a schema can say; the rules between parts are in `rules`)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Document.model_json_schema(),
        "title": "Waymark roadmap document, format 1",
    }
