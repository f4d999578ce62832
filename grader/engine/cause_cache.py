"""The causes of what was seen of earlier answers of a class, by the digest of what was seen."""

from grader.base.results import Causes

MOST_CAUSES = 10_000


class CauseCache:
    """Shared by all that grade a class."""

    def __init__(self) -> None:
        self._causes: dict[bytes, Causes] = {}

    def causes(self, seen: bytes) -> Causes | None:
        """The causes of what checks have seen; None if it is new."""
        return self._causes.get(seen)

    def learn_causes(self, seen: bytes, causes: Causes) -> None:
        """Keep the causes of what checks have seen, while there is room."""
        if len(self._causes) < MOST_CAUSES:
            self._causes[seen] = causes
