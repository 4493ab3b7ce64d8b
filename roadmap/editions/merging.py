"""An import into a working copy that holds more: nothing is lost; what the import leaves out is retired."""

from __future__ import annotations

from datetime import date

from roadmap.document import Document, from_data, to_data


def merged(document: Document, current: Document, *, today: date) -> Document:
    """Return `document` with the milestones that only `current` has, retired on `today` unless they were before.

    They keep their stage and sources, which come back where the document leaves them out, and lose what points to
    things that are gone.
    """
    data = to_data(document)
    kept = [m for m in to_data(current)["milestones"] if m["slug"] not in document.by_slug]
    if not kept:
        return document
    milestones = document.by_slug.keys() | {milestone["slug"] for milestone in kept}
    known = {"prerequisites": milestones, "replaced_by": milestones, "requires_groups": document.group_by_slug.keys()}
    for milestone in kept:
        milestone.setdefault("retired_on", today.isoformat())
        for name, slugs in known.items():
            milestone[name] = [slug for slug in milestone.get(name, ()) if slug in slugs]
    data["milestones"] += kept
    stages = {milestone["stage"] for milestone in kept} - document.stage_by_slug.keys()
    sources = {slug for m in kept for slug in m.get("sources", ())} - document.source_by_slug.keys()
    old = to_data(current)
    data["stages"] += [stage for stage in old["stages"] if stage["slug"] in stages]
    data.setdefault("sources", []).extend(source for source in old.get("sources", ()) if source["slug"] in sources)
    return from_data(data)
