"""The causes of what was seen of earlier answers of a class, by the digest of what was seen."""

from grader.base.results import Cause

MOST_CAUSES = 10_000


class CauseCache:
    """Shared by all that grade a class."""

    def __init__(self) -> None:
        self._causes: dict[bytes, list[Cause]] = {}

    def causes(self, seen: bytes) -> list[Cause] | None:
        """The known mistakes that agree with what checks have seen; None where it is new."""
        return self._causes.get(seen)

    def learn_causes(self, seen: bytes, causes: list[Cause]) -> None:
        """Keep the mistakes that agree, while there is room."""
        if len(self._causes) < MOST_CAUSES:
            self._causes[seen] = causes
