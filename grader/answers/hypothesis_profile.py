"""How hypothesis behaves, for checks and for properties that answers bring along: the same everywhere, no files."""


def load() -> None:
    """Set hypothesis up: the same inputs each time, no deadline, no files, no advice of its own."""
    import hypothesis  # 0.3 s, and only checks and few answers use it

    hypothesis.settings.register_profile(
        "kata",
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink),
    )
    hypothesis.settings.load_profile("kata")
