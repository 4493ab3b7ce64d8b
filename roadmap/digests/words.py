"""What letters say in several ways, so that no two in a row read alike: a wheel of sentences that turns each week.

The wheels of openings, questions and subjects have lengths without a common divisor: all three come together again
after 210 weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

WORKED_HOURS = (
    "You got {} further this week.",
    "This week took you {} along your road.",
    "This week counts for {} of your road.",
    "{} further: that was your week.",
    "Your week in one figure: {} further.",
)
WORKED_LONGER = (  # where the weeks before had no letter
    "You got {} further these weeks.",
    "These weeks took you {} along your road.",
    "The last weeks count for {} of your road.",
    "{} further: that is what these weeks came to.",
    "The last weeks in one figure: {} further.",
)
WORKED = (
    "You got further.",
    "You have something to show.",
    "What you did is on your road now.",
    "You were on your road, and it shows.",
    "You kept at it.",
)
LOGGED = (  # hours went into it, and the ticks count for as much already
    "You put in {}.",
    "{} of your time went into your road.",
    "You gave your road {}.",
    "You sat down to it: {} in all.",
    "{} put in, and all of it stands in your plan.",
)
CHANGED = (  # nothing done lately, but something told
    "What you told us is in your plan now.",
    "Your road is up to date, and goes on from where you are.",
    "Your plan has taken in what you told it.",
    "You put your road in order. From here it goes on.",
    "Your plan knows more about you, and goes on from there.",
)
QUIET = (
    "A week without a tick is all right. Nothing is lost: the road is where you left it.",
    "It was a quiet week on the road, and the road is still there.",
    "Some weeks belong to other things. Your place is kept.",
    "Nothing was ticked this week, and nothing is lost by it. Ten minutes are a start.",
    "The plan counts from today, whatever last week was like. There is nothing to make up.",
)
AHEAD = (
    "Your road lies ahead of you, and it begins with one step.",
    "Everything is ready for your first step. It doesn't have to be a big one.",
    "The first tick is the one that counts most. A small one will do.",
    "There is no late start here. The first step is still the first step.",
    "You have said where you want to go. Here is where it begins.",
)
QUESTIONS = (
    "What could get in your way this week?",
    "When this week will you sit down to it, and where?",
    "What would make the first ten minutes easy?",
    "What can wait this week, so that this needn't?",
    "What do you already know about it?",
    "Who could you tell about it?",
    "What is the smallest part of it that is worth doing?",
)
CONFIRM = (
    "Every step of “{}” is ticked. Is it done?",
    "All of “{}” is ticked. Can it be called done?",
    "“{}” has no step left. Is it behind you?",
)
OUTLOOK = (
    "At your pace you finish “{}” around",
    "By what you get done in a week, “{}” is finished around",
    "As things stand, you are through with “{}” around",
)
FAR = "At your pace the end of “{}” is"
RESTING = (
    "Nothing new to begin this week: what is left waits for its turn.",
    "What is left waits for something else to end first; there is nothing to begin this week.",
    "No new step this week: the rest has its time later.",
)

NEXT = (  # in a subject, also after what was done; after a colon any title reads well, also one that begins with a verb
    "to go on with: {}, {}",
    "this week: {}, {}",
    "up next: {}, {}",
    "ready when you are: {}, {}",
    "next: {}, {}",
    "coming up: {}, {}",
)
TICKED = ("can “{}” be called done?", "is “{}” done?", "is “{}” behind you?")
WAITING = ("your week on the road", "nothing new to begin", "the rest waits for its turn")


def turned(wheel: Sequence[str], on: date) -> str:
    """Return the sentence of the ISO week in which a day lies; the week after has another."""
    return wheel[(on.toordinal() - 1) // 7 % len(wheel)]
