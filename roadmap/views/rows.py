"""What pages show of a document and a standing, worked out in Python so that templates only lay it out.

Nothing here asks the database: the admin's preview renders the same pages from a working copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from roadmap.document import Credential, Document, Group, Milestone, Stage
from roadmap.models import Kind
from roadmap.standing import MilestoneStanding, Progress, Standing, Sum, standing_of

# The steps that a list offers for a state: the wished state and the words on the button.
MOVES = {
    "todo": (("doing", "Start"), ("done", "Done")),
    "doing": (("done", "Done"), ("todo", "Set aside")),
    "done": (("todo", "Reopen"),),
    "known": (("todo", "Reopen"),),
    "skipped": (("todo", "Take up again"),),
}
LOCKED_MOVES = (("doing", "Start anyway"),)


@dataclass(frozen=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True)
class Row:
    """A milestone in a list. `state` is what counts (credit included); `is_locked` is None without an enrolment."""

    milestone: Milestone
    url: str
    kind: str
    state: str
    is_locked: bool | None
    is_on_path: bool
    anyway: bool
    ticked: int
    credentials: tuple[Credential, ...]
    locked_by: tuple[Link, ...]
    carried_from: tuple[Link, ...]
    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Option:
    """A member of a choose-one group."""

    milestone: Milestone
    pairs_with: Link | None
    is_taken: bool


@dataclass(frozen=True)
class ChoiceBox:
    """A choose-one group: its question, and how its answer came about."""

    group: Group
    url: str
    options: tuple[Option, ...]
    taken: Link | None
    how: str
    is_chosen: bool


@dataclass(frozen=True)
class StageBox:
    """A stage with its milestones; members of a group stand together under their question."""

    stage: Stage
    number: int
    clusters: tuple[tuple[ChoiceBox | None, tuple[Row, ...]], ...]
    figures: Sum

    @property
    def shown(self) -> int:
        """How many milestones stand there, on the way or not."""
        return sum(len(rows) for _, rows in self.clusters)


class Board:
    """The rows of one roadmap for one visitor; `standing` is None for somebody who is not enrolled."""

    def __init__(self, document: Document, standing: Standing | None) -> None:
        self.document, self.standing = document, standing
        self._own = standing or standing_of(document, Progress())
        self.url = reverse("roadmap", args=[document.slug])

    def link(self, slug: str) -> Link:
        return Link(self.document.by_slug[slug].title, f"{self.url}milestones/{slug}/")

    def links(self, slugs: Iterable[str]) -> tuple[Link, ...]:
        return tuple(self.link(slug) for slug in slugs)

    def row(self, milestone: Milestone) -> Row:
        mine = self.standing.of(milestone.slug) if self.standing else None
        state = mine.effective_state if mine else "todo"
        return Row(
            milestone=milestone,
            url=f"{self.url}milestones/{milestone.slug}/",
            kind=Kind(milestone.kind).label.capitalize() if milestone.kind else "",
            state=state,
            is_locked=mine.locked if mine else None,
            is_on_path=self._own.of(milestone.slug).on_path,
            anyway=bool(mine and mine.anyway),
            ticked=len(mine.ticked) if mine else 0,
            credentials=self._doubtful(milestone),
            locked_by=self.links(mine.locked_by) if mine else (),
            carried_from=self.links(mine.carried_from) if mine else (),
            moves=self._moves(milestone, mine) if mine else (),
        )

    def rows(self) -> dict[str, Row]:
        """Return every milestone's row by slug."""
        return {milestone.slug: self.row(milestone) for milestone in self.document.milestones}

    def choices(self) -> dict[str, ChoiceBox]:
        return {group.slug: self.choice(group) for group in self.document.groups}

    def sums(self) -> dict[str, Sum]:
        """Return each stage's figures: the visitor's own, or those of a newcomer."""
        return {stage.slug: self._own.in_stage(stage.slug) for stage in self.document.stages}

    def _moves(self, milestone: Milestone, mine: MilestoneStanding) -> tuple[tuple[str, str], ...]:
        if milestone.retired_on is not None:
            return ()
        if mine.locked and mine.effective_state == "todo":
            return LOCKED_MOVES
        return MOVES[mine.effective_state]

    def _doubtful(self, milestone: Milestone) -> tuple[Credential, ...]:
        """Return a milestone's credentials where none of them is known to be offered."""
        credentials = self.document.credentials_of(milestone.slug)
        return () if any(c.status == "active" for c in credentials) else credentials

    def choice(self, group: Group) -> ChoiceBox:
        picked = self.standing.choices.get(group.slug) if self.standing else None
        taken = picked.member if picked else None
        options = tuple(
            Option(
                milestone=self.document.by_slug[member],
                pairs_with=self.link(group.pairs_with[member]) if member in group.pairs_with else None,
                is_taken=member == taken,
            )
            for member in group.members
            if self.document.by_slug[member].retired_on is None or member == taken
        )
        return ChoiceBox(
            group=group,
            url=f"{self.url}choices/{group.slug}/",
            options=options,
            taken=self.link(taken) if taken else None,
            how=picked.how if picked else "",
            is_chosen=bool(picked and picked.how == "explicit"),
        )

    def stages(self) -> tuple[StageBox, ...]:
        sums = self.sums()
        return tuple(
            StageBox(
                stage=stage,
                number=number,
                clusters=tuple(self._clusters(filter(self._is_shown, self.document.in_stage(stage.slug)))),
                figures=sums[stage.slug],
            )
            for number, stage in enumerate(self.document.stages, 1)
        )

    def _clusters(self, milestones: Iterable[Milestone]) -> Iterator[tuple[ChoiceBox | None, tuple[Row, ...]]]:
        """Yield runs of plain milestones, and each group once, where its first member stands."""
        remaining = {m.slug: m for m in milestones}
        run: list[Row] = []
        for slug in list(remaining):
            if slug not in remaining:
                continue
            groups = self.document.groups_of(slug)
            if not groups:
                run.append(self.row(remaining.pop(slug)))
                continue
            if run:
                yield None, tuple(run)
                run = []
            members = [remaining.pop(member) for member in groups[0].members if member in remaining]
            yield self.choice(groups[0]), tuple(self.row(member) for member in members)
        if run:
            yield None, tuple(run)

    def _is_shown(self, milestone: Milestone) -> bool:
        """Show what is live, and of what is retired only what the learner has a stake in."""
        if milestone.retired_on is None:
            return True
        return bool(self.standing and self.standing.of(milestone.slug).effective_state != "todo")
