"""A Monday morning around the world: how long letters wait when everybody wants theirs at eight.

python -m bench._monday     prints the table of docs/scaling.md; arithmetic only, no server

Every zone of today's countries counts; those that show the same time are one. What share of the learners lives by each
clock is a rough guess of ours from where people live, and stands below. Work is done first come, first served.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from accounts import zones
from roadmap.calendar import DAY, next_slot

EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday
MAILS_PER_CORE = 1_100  # a second: 0.9 ms of processor each, workers and database sessions together
BRIEFS_PER_CORE = 165  # a second: 6 ms each, in the hour before
STEP = timedelta(seconds=10)

# Hours ahead of UTC: percent of the learners. The clocks that are not named share the rest alike.
PEOPLE = {8: 22, 5.5: 19, 1: 9, 7: 6, 3: 6, -6: 5, -5: 5, 2: 5, 5: 5, 9: 3, -3: 3, 6: 3, 0: 2, -8: 1.5, 10: 1}
SITES = ((10_000, 2), (100_000, 2), (1_000_000, 2), (10_000_000, 8), (50_000_000, 32))  # learners, cores for workers


def crowds() -> Counter[datetime]:
    """Return the share of the learners, in percent, whose letter falls due at each moment."""
    names = [name for _, places in zones.offered() for name, _ in places]
    moments = {next_slot(EIGHT - 2 * DAY, name, EIGHT.weekday(), EIGHT.hour) for name in names}
    clocks = {moment: (EIGHT - moment) / timedelta(hours=1) for moment in moments}
    rest = [moment for moment, ahead in clocks.items() if ahead not in PEOPLE]
    left = (100 - sum(PEOPLE.values())) / len(rest)
    return Counter({moment: PEOPLE.get(ahead, left) for moment, ahead in clocks.items()})


def waits(learners: int, cores: int, shares: Counter[datetime]) -> tuple[float, float, float]:
    """Return the longest and the mean wait of a letter in minutes, and the hours in which anything is sent."""
    per_step = MAILS_PER_CORE * cores * STEP.total_seconds()
    queue: list[tuple[datetime, float]] = []
    now, left, longest, total, busy = min(shares), dict(shares), timedelta(), 0.0, 0
    while left or queue:
        for moment in sorted(moment for moment in left if moment <= now):
            queue.append((moment, learners * left.pop(moment) / 100))
        room, busy = per_step, busy + bool(queue)
        while queue and room > 0:
            moment, waiting = queue.pop(0)
            sent = min(room, waiting)
            if waiting > sent:
                queue.insert(0, (moment, waiting - sent))
            room -= sent
            wait = now + STEP * (1 - room / per_step) - moment
            longest, total = max(longest, wait), total + sent * wait.total_seconds()
        now += STEP
    return longest / timedelta(minutes=1), total / learners / 60, busy * STEP / timedelta(hours=1)


def main() -> None:
    """Print the table."""
    shares = crowds()
    [(_, largest)] = shares.most_common(1)
    print(f"{len(shares)} clocks; the largest has {largest:g} % of the learners\n")
    print("| learners | cores | largest crowd | its letters take | mean wait | busy | cores for its forecasts |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for learners, cores in SITES:
        crowd = learners * largest / 100
        longest, mean, busy = waits(learners, cores, shares)
        ahead = crowd / BRIEFS_PER_CORE / 3_600
        took = f"{longest:.1f} min | {mean:.1f} min | {busy:.1f} h"
        print(f"| {learners:,} | {cores} | {crowd:,.0f} | {took} | {ahead:.1f} |")


if __name__ == "__main__":
    main()
