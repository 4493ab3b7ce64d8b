"""Tables, by what they are about."""

from .curriculum import (
    ChoiceGroup,
    GroupMember,
    Kind,
    Milestone,
    MilestoneSource,
    Prerequisite,
    Replacement,
    RequiredGroup,
    Resource,
    Roadmap,
    Source,
    Stage,
    Step,
)
from .digest import Bounce, Brief, Digest, Gate, Suppression
from .edition import Edition
from .evidence import Citation, Credential, Fact
from .progress import NOTE_LENGTH, TOUCHED, Choice, Enrolment, Event, MilestoneProgress, State

__all__ = [
    "NOTE_LENGTH",
    "TOUCHED",
    "Bounce",
    "Brief",
    "Choice",
    "ChoiceGroup",
    "Citation",
    "Credential",
    "Digest",
    "Edition",
    "Enrolment",
    "Event",
    "Fact",
    "Gate",
    "GroupMember",
    "Kind",
    "Milestone",
    "MilestoneProgress",
    "MilestoneSource",
    "Prerequisite",
    "Replacement",
    "RequiredGroup",
    "Resource",
    "Roadmap",
    "Source",
    "Stage",
    "State",
    "Step",
    "Suppression",
]
