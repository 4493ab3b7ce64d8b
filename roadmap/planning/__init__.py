"""What next, and when will I be there? Pure: edition + progress + pauses + today in, plan out.

**The model.** A milestone's hours and its calendar time are PERT distributions on the editor's three points (Malcolm,
Roseboom, Clark and Fazar, 1959). What is left of it is the part not yet earned, and of waiting the part beyond what has
passed. The plan lays out the likely hours; the forecast takes medians, because sums of modes are far too early. An
earned hour is a likely one, so as evidence it counts the effort that it takes at the median. A person has `pace` hours
in a week (`.pace`: a filter over the weeks that are behind them, with a prior on what they said). What a finish or a
very big step tells at once was worked in the weeks before it (`.earned`, `.past`). Calendar time passes for all that is
under way, whatever the diligence, but not in a pause. What is under way goes on though it is locked.

**The schedule** (`.schedule`) is a list schedule in local ISO weeks: under way, least slack (critical path method,
Kelley and Walker, 1959), the document's order.

**The forecast** (`.forecast`) is a bound that no schedule beats, at the likely pace, with an 80 % interval: the pace's
uncertainty, drift included, is carried through the bound, that of hours, waiting and the scatter of weeks to come added
on a log scale. A stage ends when it, all before it in the document, and what these wait for are done. Being a bound it
is monotone, which list schedules are not (Graham, 1969).

**The reasons** (`.reasons`) turn last week's situation into today's, one cause after the other, to the day. People are
told of a move (`.moves`) only where it is beyond its own noise.

**Limits.** The bound is early where work is scarce beside the waiting (the tests hold the schedule to 1.25 times of
it), and `early` more so where several waits compete: on a road with three of them the interval holds 84 % at the start.
What takes calendar time and is not begun is taken to begin as soon as it can, so each week without it moves the end by
a week, and the reason named is the calendar. Stage dates take the stages up to it first; where a later stage
has a long wait that must begin early, the schedule works for that one too and ends a middle stage later than its date.
Estimates count as independent; a person who is slow at everything shows in the pace. Learning is taken for
interchangeable by the hour. A milestone that a new edition adds counts as open since what it waits for was done. Job
markets, illness and children are not in the model; the interval is.
"""

from .forecast import Interval
from .midweek import ShownStep, ShownWeek, shown_week
from .moves import Move, moves
from .pace import Pace
from .pauses import Pauses
from .plan import NO_PAUSES, Plan, Situation, StageForecast
from .reasons import Reason, reasons, situation_before
from .schedule import Run, Week, weeks_of
from .week import PlannedStep, next_milestones, this_week, to_confirm, worked_since
from .words import hours, sentences

__all__ = [
    "NO_PAUSES",
    "Interval",
    "Move",
    "Pace",
    "Pauses",
    "Plan",
    "PlannedStep",
    "Reason",
    "Run",
    "ShownStep",
    "ShownWeek",
    "Situation",
    "StageForecast",
    "Week",
    "hours",
    "moves",
    "next_milestones",
    "reasons",
    "sentences",
    "shown_week",
    "situation_before",
    "this_week",
    "to_confirm",
    "weeks_of",
    "worked_since",
]
