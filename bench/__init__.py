"""Benchmarks: one file per subject, each with `measure(size)`, which returns a `Figure` or several."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value, and whether it reaches its goal. `how` says on what and how it was measured."""

    name: str
    value: float
    unit: str
    goal: float
    holds: bool
    how: str
