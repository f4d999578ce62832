"""A cache of the causes of earlier answers of a class, by the digest of their observations."""

from grader.base.results import Causes

MOST_CAUSES = 10_000


class CauseCache:
    """Shared by all graders of a class."""

    def __init__(self) -> None:
        self._causes: dict[bytes, Causes] = {}

    def causes(self, seen: bytes) -> Causes | None:
        """Return the cached causes of observations; None if they are new."""
        return self._causes.get(seen)

    def learn_causes(self, seen: bytes, causes: Causes) -> None:
        """Cache the causes of observations while there is room."""
        if len(self._causes) < MOST_CAUSES:
            self._causes[seen] = causes
