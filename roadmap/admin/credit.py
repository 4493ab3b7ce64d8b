"""What a mapping means for the learners there are, in plain words and numbers; never who they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count

from roadmap.document import Document, heirs
from roadmap.models import MilestoneProgress, Roadmap, State

from .learners import Learners, learners_of
from .mapping_forms import Wish

KEPT = "No tick, hour, note or date is lost."


def credit_of(roadmap: Roadmap, wish: Wish, before: Document, after: Document) -> list[str]:
    """Say what learners will have once what `wish` retires is replaced."""
    counts = learners_of(roadmap, wish.old)
    if not counts:
        return ["Nobody has begun or chosen what retires, so nobody's progress changes."]
    said = [
        sentence
        for slug in wish.old
        if slug in counts
        for sentence in (_replaced(after, slug, counts[slug]) if wish.parts else _retired(before, slug, counts[slug]))
    ]
    if len(wish.old) > 1 and (all_of_them := _finished_all(roadmap, wish.old)):
        said.append(f"{_people(all_of_them)} finished all of them.")
    for part in wish.into:
        if standing_for := [other.title for other in before.replaces.get(part, ())]:
            title = f"“{before.by_slug[part].title}”"
            said.append(
                f"{title} stands for {_listed(standing_for)} already. Who finished only that keeps its hours towards "
                f"{title}, which is done once the rest is."
            )
    return [*said, KEPT]


def credit_back(roadmap: Roadmap, slug: str, before: Document) -> list[str]:
    """Say what learners will have once a retired milestone is back."""
    counts = learners_of(roadmap, [slug]).get(slug)
    if counts is None:
        return ["Nobody has begun or chosen it."]
    said = []
    came = [before.by_slug[name].title for name in heirs(before, slug)]
    if finished := counts.done + counts.known:
        said.append(f"{_people(finished)} finished it: it is done for them again.")
    if begun := counts.doing + counts.noted:
        said.append(f"{_people(begun)} did part of it: their ticks and hours count in it again.")
    if counts.chosen:
        said.append(f"{_people(counts.chosen)} chose it: it is their choice again.")
    if came:
        said.append(f"What they did here no longer counts towards {_listed(came)}; what they did there stays.")
    return [*said, KEPT]


def _replaced(after: Document, slug: str, counts: Learners) -> Iterable[str]:
    milestone = after.by_slug[slug]
    title, parts = f"“{milestone.title}”", milestone.replaced_by
    alone = [part for part in parts if len(after.replaces[part]) == 1]
    shared = [part for part in parts if part not in alone]
    if finished := counts.done + counts.known:
        if alone:
            unless = ", unless they say otherwise" if len(alone) == 1 else ", where they do not say otherwise"
            yield f"{_people(finished)} finished {title}: {_titles(after, alone)} will be done for them{unless}."
        for part in shared:
            every = _listed(other.title for other in after.replaces[part])
            yield (
                f"{_people(finished)} finished {title}: its hours count towards “{after.by_slug[part].title}”, "
                f"which is done for who finished {every}."
            )
    if begun := counts.doing + counts.noted:
        how = ", shared out by their likely hours" if len(parts) > 1 else ""
        yield f"{_people(begun)} did part of {title}: their hours count towards {_titles(after, parts)}{how}."
    if counts.chosen:
        yield _chosen(after, slug, counts.chosen)


def _retired(before: Document, slug: str, counts: Learners) -> Iterable[str]:
    title = f"“{before.by_slug[slug].title}”"
    if finished := counts.done + counts.known:
        yield f"{_people(finished)} finished {title}: it stays on their road, done."
    if begun := counts.doing + counts.noted:
        yield f"{_people(begun)} did part of {title}: it leaves their path, and what they did is kept."
    if counts.chosen:
        yield _chosen(before, slug, counts.chosen)


def _chosen(document: Document, slug: str, count: int) -> str:
    """Say what a choice of this milestone means from now on."""
    came = heirs(document, slug)
    for group in document.groups_of(slug):
        if heir := next((part for part in came if part in group.members), None):
            return f"{_people(count)} chose it in “{group.title}”: their choice is now {_titles(document, [heir])}."
    return f"{_people(count)} chose it: who has not finished it takes the default of its group instead."


def _finished_all(roadmap: Roadmap, slugs: Collection[str]) -> int:
    rows = MilestoneProgress.objects.filter(
        enrolment__roadmap=roadmap,
        enrolment__left_at=None,
        milestone__in=slugs,
        state__in=[State.DONE, State.KNOWN],
    )
    return rows.order_by().values("enrolment").annotate(count=Count("pk")).filter(count=len(slugs)).count()


def _titles(document: Document, slugs: Iterable[str]) -> str:
    return _listed(document.by_slug[slug].title for slug in slugs)


def _listed(titles: Iterable[str]) -> str:
    *first, last = [f"“{title}”" for title in titles]
    return f"{', '.join(first)} and {last}" if first else last


def _people(count: int) -> str:
    return f"{count:,} learner{'s' * (count != 1)}"
