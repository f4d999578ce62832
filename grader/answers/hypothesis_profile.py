"""The settings of hypothesis for checks and for properties in answers: the same everywhere, without files."""


def load() -> None:
    """Configure hypothesis: the same inputs each time, no deadline, no files, no suggestions."""
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
