"""PURE. What a person brings along: from a degree, a subject and work experience to the milestones they suggest.

A suggestion is a tick that the learner can take out again, so each rule claims only what nearly everyone with that
background has: a mathematics degree suggests mathematics, never a course in machine learning. Rules name milestones by
their permanent slugs; what a roadmap doesn't have, or has retired, is not suggested, so the table fits any edition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from roadmap.document import Document

NONE, STUDYING, BACHELOR, MASTER = "none", "studying", "bachelor", "master"

DEGREES = {
    NONE: "No degree",
    STUDYING: "I'm studying for one now",
    BACHELOR: "Bachelor's degree",
    MASTER: "Master's degree or higher",
}
SUBJECTS = {
    "mathematics": "Mathematics",
    "statistics": "Statistics",
    "computing": "Computer science or software engineering",
    "data-science": "Data science or artificial intelligence",
    "engineering": "Physics or engineering",
    "economics": "Economics or another quantitative subject",
    "other": "Something else",
}
EXPERIENCE = {
    "software": "Writing software",
    "operations": "Running systems: operations, DevOps",
    "data": "Analysing data",
    "data-engineering": "Building databases and data pipelines",
    "machine-learning": "Building machine learning models",
    "leading": "Leading a team or projects",
}

_BY_DEGREE = {BACHELOR: ("bachelors-degree",), MASTER: ("masters-degree",)}
_UNDER_WAY = {STUDYING: ("bachelors-degree",)}
# What a finished degree in the subject covers.
_BY_SUBJECT = {
    "mathematics": ("applied-mathematics", "linear-algebra", "statistics-and-probability"),
    "statistics": ("applied-mathematics", "linear-algebra", "statistics-and-probability"),
    "computing": ("linear-algebra", "data-structures-and-algorithms", "git-version-control"),
    "data-science": ("applied-mathematics", "linear-algebra", "statistics-and-probability", "python-programming"),
    "engineering": ("applied-mathematics", "linear-algebra"),
    "economics": ("applied-mathematics", "statistics-and-probability"),
}
# What a year or more of the work makes a habit.
_BY_EXPERIENCE = {
    "software": ("git-version-control", "software-and-api-engineering", "problem-solving", "collaboration"),
    "operations": ("git-version-control", "docker-containers", "devops-workflows", "problem-solving"),
    "data": ("pandas-data-handling", "problem-solving"),
    "data-engineering": ("data-management", "git-version-control"),
    "machine-learning": (
        "explore-the-role",
        "python-programming",
        "pandas-data-handling",
        "git-version-control",
        "classical-ml-practice",
    ),
    "leading": ("leadership", "communication", "collaboration", "time-management"),
}


@dataclass(frozen=True)
class Suggestion:
    """Slugs that the answers suggest, in the document's order."""

    known: tuple[str, ...]
    doing: tuple[str, ...]


def suggest(document: Document, *, degree: str, subject: str, experience: Collection[str]) -> Suggestion:
    """Return what these answers suggest as known and as under way in this edition."""
    known: list[str] = list(_BY_DEGREE.get(degree, ()))
    if degree in _BY_DEGREE:
        known += _BY_SUBJECT.get(subject, ())
    for kind in experience:
        known += _BY_EXPERIENCE.get(kind, ())
    return Suggestion(known=_offered(document, known), doing=_offered(document, _UNDER_WAY.get(degree, ())))


def _offered(document: Document, slugs: Iterable[str]) -> tuple[str, ...]:
    wanted = set(slugs)
    return tuple(m.slug for m in document.milestones if m.slug in wanted and m.retired_on is None)
