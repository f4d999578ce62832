"""Statistics of a class from its results: the distribution of points, the cost of each check, the most
common mistakes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean, median

from grader.base.plain_text import line
from grader.base.results import ByHand, Cause, ExerciseResult, RunResult
from grader.reports.feedback_file import sums

BINS = 10
MOST_MISTAKES, MOST_CLUSTERS = 20, 12


@dataclass(frozen=True)
class CheckFigures:
    """One check over the class: how many passed, and how many did not, by status."""

    name: str
    rule: str
    max_points: float
    hidden: bool
    statuses: Counter[str]

    @property
    def share(self) -> float:
        """The share of the whole class that earned it."""
        return self.statuses["passed"] / max(self.statuses.total(), 1)


@dataclass(frozen=True)
class ExerciseFigures:
    """One exercise over the class."""

    name: str
    title: str
    core: bool
    bonus: bool
    max_points: float
    mean_points: float
    statuses: Counter[str]
    checks: tuple[CheckFigures, ...]


@dataclass(frozen=True)
class Mistake:
    """A known mistake, its text, how many students made it, and who."""

    name: str
    exercise: str
    students: int
    cause: Cause
    who: tuple[str, ...]


@dataclass(frozen=True)
class Cluster:
    """Students whose answers fail the same checks of an exercise in the same way, which no known mistake explains.

    Attributes:
        exercise: its name.
        rules: of the checks that fail.
        difference: what the first of them says.
        example: a call that shows it, if there is one.
        who: the students.
    """

    exercise: str
    rules: tuple[str, ...]
    difference: str
    example: str | None
    who: tuple[str, ...]


@dataclass(frozen=True)
class Slow:
    """A check that timed out, and the student."""

    student: str
    exercise: str
    check: str


@dataclass(frozen=True)
class Overview:
    """Statistics of a class.

    Attributes:
        totals: each student's points of the main line, those by hand included.
        histogram: students by tenths of the points that there are; the last tenth holds the full mark.
        mistakes: the commonest first.
        references: of each exercise in whose place a reference stood, the students whose later answers it carried.
        unread: students of whose submission nothing could be read, and why.
        ungraded: students whose submission could not be graded, and why.
        by_hand: how many students have points given by hand.
        clusters: failures that no known mistake explains, the commonest first.
    """

    totals: tuple[float, ...]
    max_points: float
    histogram: tuple[int, ...]
    exercises: tuple[ExerciseFigures, ...]
    mistakes: tuple[Mistake, ...]
    slow: tuple[Slow, ...]
    references: dict[str, tuple[str, ...]]
    unread: tuple[tuple[str, str], ...]
    ungraded: tuple[tuple[str, str], ...]
    by_hand: int
    clusters: tuple[Cluster, ...] = ()

    @property
    def mean(self) -> float:
        """The mean of the totals."""
        return mean(self.totals) if self.totals else 0.0

    @property
    def median(self) -> float:
        """The median of the totals."""
        return median(self.totals) if self.totals else 0.0

    @property
    def full(self) -> int:
        """The number of students with all points of the main exercises."""
        return sum(total >= self.max_points for total in self.totals)

    @property
    def hardest(self) -> list[tuple[ExerciseFigures, CheckFigures]]:
        """The checks that cost the class most points, most expensive first."""
        pairs = [(exercise, check) for exercise in self.exercises for check in exercise.checks if check.share < 1]
        return sorted(pairs, key=lambda pair: (pair[1].share - 1) * pair[1].max_points)[:8]


@dataclass
class _Sums:
    """Running totals of one exercise."""

    shown: ExerciseResult
    points: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    checks: dict[str, Counter[str]] = field(default_factory=dict)


def overview(results: Iterable[RunResult], by_hand: Sequence[ByHand], ungraded: Sequence[tuple[str, str]]) -> Overview:
    """Compute the statistics. Results are read one at a time; only figures and a few names are kept."""
    by_name: dict[str, _Sums] = {}
    totals: list[float] = []
    mistakes: dict[tuple[str, str], tuple[Cause, list[str]]] = {}
    clusters: dict[tuple[str, ...], tuple[Cluster, list[str]]] = {}
    slow: list[Slow] = []
    references: dict[str, set[str]] = {}
    unread = []
    max_points = 0.0
    for result in results:
        assert result.origin is not None
        student, max_points = result.origin.student, result.max_points
        totals.append(sums(result, [given for given in by_hand if given.student == student]).points)
        if result.origin.problem:
            unread.append((student, result.origin.problem))
        for exercise in result.exercises:
            kept = by_name.setdefault(exercise.name, _Sums(exercise))
            kept.points += exercise.points
            kept.statuses[exercise.status] += 1
            for check in exercise.checks:
                kept.checks.setdefault(check.check.name, Counter())[check.finding.status] += 1
                if check.finding.status == "timeout":
                    slow.append(Slow(student, exercise.name, check.check.name))
                if check.points:
                    for name in check.stands_on:
                        references.setdefault(name, set()).add(student)
            for cause in {check.cause.name: check.cause for check in exercise.checks if check.cause}.values():
                mistakes.setdefault((cause.name, exercise.name), (cause, []))[1].append(student)
            if (cluster := _cluster(exercise)) is not None:
                key = (cluster.exercise, *cluster.rules)
                clusters.setdefault(key, (cluster, []))[1].append(student)
    by_size = sorted(clusters.values(), key=lambda one: (-len(one[1]), one[0].exercise))
    return Overview(
        totals=tuple(totals),
        max_points=max_points,
        histogram=_histogram(totals, max_points),
        exercises=tuple(_figures(kept, len(totals)) for kept in by_name.values()),
        mistakes=tuple(
            Mistake(*key, len(who), cause, tuple(who))
            for key, (cause, who) in sorted(mistakes.items(), key=lambda one: (-len(one[1][1]), one[0]))[:MOST_MISTAKES]
        ),
        slow=tuple(slow),
        references={name: tuple(sorted(students)) for name, students in sorted(references.items())},
        unread=tuple(unread),
        ungraded=tuple(ungraded),
        by_hand=len({given.student for given in by_hand}),
        clusters=tuple(replace(cluster, who=tuple(who)) for cluster, who in by_size[:MOST_CLUSTERS]),
    )


def _cluster(exercise: ExerciseResult) -> Cluster | None:
    """Find what no known mistake explains in one answer: its failing checks, without hidden ones."""
    failing = [
        check
        for check in exercise.checks
        if check.finding.status in ("failed", "error") and check.cause is None and not check.check.hidden
    ]
    if not failing:
        return None
    first = failing[0].finding
    difference = line(exercise.problem or first.difference or "")
    rules = tuple(check.check.rule for check in failing)
    return Cluster(exercise.name, (difference,) if exercise.problem else rules, difference, first.example, ())


def _figures(kept: _Sums, students: int) -> ExerciseFigures:
    shown = kept.shown
    checks = tuple(
        CheckFigures(c.check.name, c.check.rule, c.check.points, c.check.hidden, kept.checks[c.check.name])
        for c in shown.checks
    )
    mean_points = kept.points / students
    return ExerciseFigures(
        shown.name, shown.title, shown.core, shown.bonus, shown.max_points, mean_points, kept.statuses, checks
    )


def _histogram(totals: Sequence[float], most: float) -> tuple[int, ...]:
    counts = [0] * BINS
    for total in totals:
        counts[min(max(int(total / (most or 1) * BINS), 0), BINS - 1)] += 1
    return tuple(counts)
