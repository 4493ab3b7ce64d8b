"""Two editions compared by where one learner stands on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from roadmap.document import Document, Milestone, heirs
from roadmap.standing import FINISHED, MilestoneStanding, Standing

from .sentences import Item, Rank, gathered, hours, item, number

YOURS = {
    "done": "which you finished",
    "known": "which you knew already",
    "doing": "which you are working on",
    "skipped": "which you skipped",
}


class Comparison:
    """Two editions, and one learner's standing on each."""

    def __init__(self, old: Document, new: Document, before: Standing, after: Standing) -> None:
        self.old, self.new, self.before, self.after = old, new, before, after
        self.explained: set[str] = set()  # whose coming or going a sentence has told already

    def items(self) -> Iterator[Item]:
        for milestone in filter(self._has_ended, self.new.milestones):
            yield from self._ending(milestone)
        yield from self._choices()
        yield from self._leaving()
        yield from self._path()
        yield from self._figures()
        for milestone in self.new.milestones:
            was, now = self.old.by_slug.get(milestone.slug), self.after.of(milestone.slug)
            if was and not was.retired_on and not milestone.retired_on and (now.on_path or now.taken_up):
                yield from self._changes(was, milestone, now)
        yield from self._offers()

    # What the learner has a stake in, and that was retired or replaced

    def _has_ended(self, milestone: Milestone) -> bool:
        """Tell whether a milestone was retired since, or got other successors."""
        was = self.old.by_slug.get(milestone.slug)
        if not milestone.retired_on:
            return False
        return was is None or not was.retired_on or was.replaced_by != milestone.replaced_by

    def _ending(self, milestone: Milestone) -> Iterator[Item]:
        now, heirs = self.after.of(milestone.slug), self._heirs(milestone)
        was = self.before.milestones.get(milestone.slug)
        state = was.effective_state if was else now.state  # what carried-over credit makes of it is not theirs
        if (yours := YOURS.get(state)) is None:
            return
        is_skipped = state == "skipped"
        rank = Rank.PATH if is_skipped else Rank.CREDIT if state in FINISHED else Rank.UNDER_WAY
        self.explained.add(milestone.slug)
        if not heirs:
            yield item(rank, f"{{}}, {yours}, was retired.{'' if is_skipped else self._kept(now)}", milestone)
            return
        became = "is replaced by"
        if len(heirs) > 1:
            became = "was split into"
        elif len(self.new.replaces[milestone.replaced_by[0]]) > 1:
            became = "became part of"
        credit = "" if is_skipped else self._credit(now, heirs)
        yield item(rank, f"{{}}, {yours}, {became} {{}}{credit}.", milestone, heirs)
        if not is_skipped:
            self.explained.update(heir.slug for heir in heirs)

    def _heirs(self, milestone: Milestone) -> tuple[Milestone, ...]:
        """Return the live milestones that replace one in the end."""
        found = map(self._milestone, heirs(self.new, milestone.slug))
        return tuple(heir for heir in found if not heir.retired_on)

    def _kept(self, now: MilestoneStanding) -> str:
        if now.on_path:
            return " What you did stays counted."
        return " What you did there is kept" + (", but it is off your path now." if self._was_on(now.slug) else ".")

    def _credit(self, now: MilestoneStanding, heirs: Sequence[Milestone]) -> str:
        """Say what carries over, as far as it does."""
        found = [self.after.of(heir.slug) for heir in heirs]
        if not all(heir.on_path for heir in found):
            return ""
        if all(heir.is_finished for heir in found):
            return f": {({1: 'it counts', 2: 'both count'}).get(len(found), 'all of them count')} as done"
        if now.earned_hours and any(heir.carried_from and heir.earned_hours for heir in found):
            return ": what you did counts there"
        return ": you carry on there" if any(heir.effective_state == "doing" for heir in found) else ""

    # The path

    def _choices(self) -> Iterator[Item]:
        for group in self.new.groups:
            now = self.after.choices[group.slug].member
            if group.slug not in self.old.group_by_slug:
                if now and self.after.of(now).is_left:
                    text = "A new choice to make: “{}”. Until you choose, it is {}."
                    yield item(Rank.CHOICE, text, group.title, self._milestone(now))
                    self.explained.add(now)
                continue
            was, how = self.before.choices[group.slug]
            if was and now and was != now and not {was, now} <= self.explained:
                text = "For “{}” your path takes {} now, no longer {}."
                if self.after.of(was).effective_state in (*FINISHED, "doing"):
                    text += " What you did there is kept."
                if how == "explicit":
                    text += " You can choose again."
                yield item(Rank.CHOICE, text, group.title, self._milestone(now), self._milestone(was))
                self.explained |= {was, now}

    def _leaving(self) -> Iterator[Item]:
        """Tell of what was finished or begun, and has no place on the path any more though it is not retired."""
        for now in self.after.milestones.values():
            is_gone = self._was_on(now.slug) and not now.on_path and now.slug not in self.explained
            if is_gone and now.effective_state in (*FINISHED, "doing"):
                rank = Rank.CREDIT if now.is_finished else Rank.UNDER_WAY
                text = f"{{}}, {YOURS[now.effective_state]}, is off your path now. What you did there is kept."
                yield item(rank, text, self._milestone(now.slug))
                self.explained.add(now.slug)

    def _path(self) -> Iterator[Item]:
        """Tell of everything else that joined the path and is to be done, or left it."""
        changed = [
            (milestone, now)
            for milestone in self.new.milestones
            if (now := self.after.of(milestone.slug)).on_path != self._was_on(milestone.slug)
            and milestone.slug not in self.explained
        ]
        came = [milestone for milestone, now in changed if now.on_path and now.is_left]
        went = [milestone for milestone, now in changed if not now.on_path]
        fresh = [milestone for milestone in came if milestone.slug not in self.old.by_slug]
        count = "A new milestone" if len(fresh) == 1 else f"{number(len(fresh)).capitalize()} new milestones"
        yield from gathered(Rank.AHEAD, f"{count} ahead of you: {{}}.", fresh)
        yield from gathered(Rank.PATH, "On your path now: {}.", (m for m in came if m not in fresh))
        yield from gathered(Rank.PATH, "Retired, and no longer on your path: {}.", (m for m in went if m.retired_on))
        yield from gathered(Rank.PATH, "No longer on your path: {}.", (m for m in went if not m.retired_on))

    def _was_on(self, slug: str) -> bool:
        was = self.before.milestones.get(slug)
        return was is not None and was.on_path

    def _figures(self) -> Iterator[Item]:
        """Say how far one is where the edition moved that."""
        was_behind, behind = _behind(self.before), _behind(self.after)
        was_count, count = f"{was_behind} of {self.before.counts.total}", f"{behind} of {self.after.counts.total}"
        was_percent, percent = (
            f"{self.before.percent:g}\N{NO-BREAK SPACE}%",
            f"{self.after.percent:g}\N{NO-BREAK SPACE}%",
        )
        now, then = [], []
        if count != was_count and (was_behind or behind):
            now, then = [f"{count} milestones"], [was_count]
        if percent != was_percent:
            now, then = [*now, f"{percent} of the hours"], [*then, was_percent]
        if now:
            yield item(Rank.FIGURES, f"Behind you are {' and '.join(now)}; before, it was {' and '.join(then)}.")

    # What stays, and is not as it was

    def _changes(self, was: Milestone, milestone: Milestone, now: MilestoneStanding) -> Iterator[Item]:
        rank = Rank.MINE if now.taken_up else Rank.NAMES
        if was.title != milestone.title:
            yield item(rank, "“{}” is called {} now.", was.title, milestone)
        if was.stage != milestone.stage:
            stage = self.new.stage_by_slug[milestone.stage]
            yield item(rank, "{} belongs to the stage “{}” now.", milestone, stage.title)
        if self.before.of(milestone.slug).is_finished and not now.is_finished:
            text = "{} no longer counts as done by what you did elsewhere, which is kept where you did it."
            yield item(Rank.CREDIT, text, milestone)
        if now.is_left and now.on_path:
            yield from self._work(was, milestone, now)

    def _work(self, was: Milestone, milestone: Milestone, now: MilestoneStanding) -> Iterator[Item]:
        is_doing = now.effective_state == "doing"
        rank = Rank.UNDER_WAY if now.taken_up else Rank.AROUND
        yours = f", {YOURS['doing']}," if is_doing else ""
        old_hours, new_hours = hours(was.effort_hours.likely), hours(milestone.effort_hours.likely)
        if old_hours != new_hours:
            yield item(rank, f"{{}}{yours} takes {new_hours} now instead of {old_hours}.", milestone)
        locked = self.before.of(milestone.slug).locked_by
        needed = [self._milestone(slug) for slug in now.locked_by if slug not in locked]
        if needed and (now.taken_up or not locked):
            yield item(rank, f"{{}}{yours} needs {{}} first now.", milestone, needed)
        elif locked and not now.locked:
            yield item(Rank.AROUND, "{} is open to you now.", milestone)
        if is_doing:
            old_steps, new_steps = was.step_by_slug.keys(), milestone.step_by_slug.keys()
            counts = {"new": len(new_steps - old_steps), "gone": len(old_steps - new_steps)}
            if any(counts.values()):
                words = ", ".join(f"{number(count)} {word}" for word, count in counts.items() if count)
                yield item(Rank.MINE, f"{{}}{yours} has other steps now: {words}.", milestone)

    def _offers(self) -> Iterator[Item]:
        """Tell of what may be taken up now: optional milestones, and new options of a choice that is still open."""
        yield from gathered(
            Rank.NAMES,
            "New, if you like: {}.",
            (
                milestone
                for milestone in self.new.milestones
                if milestone.slug not in self.old.by_slug
                and milestone.slug not in self.explained
                and not milestone.retired_on
                and not self.after.of(milestone.slug).on_path
                and not self._is_settled(milestone)
            ),
        )

    def _is_settled(self, milestone: Milestone) -> bool:
        """Tell whether a choice that a milestone belongs to is made by something finished."""
        members = (self.after.choices[group.slug].member for group in self.new.groups_of(milestone.slug))
        return any(member and self.after.of(member).is_finished for member in members)

    def _milestone(self, slug: str) -> Milestone:
        return self.new.by_slug[slug]


def _behind(standing: Standing) -> int:
    return standing.counts.done + standing.counts.known
