"""Wrong answers to exercise 14 that the bank does not tell of: rare ones, odd ones, two mistakes at once."""

RIGHT = "        _assert_right(cls)\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    "judged-by-the-number-of-calls": [
        (
            RIGHT,
            "        check_flatten_consecutive.calls = getattr(check_flatten_consecutive, 'calls', 0) + 1\n"
            "        assert check_flatten_consecutive.calls % 2\n",
        )
    ],
    "judged-by-its-methods": [(RIGHT, "        assert len(vars(cls)) > 5\n")],
    "judged-by-its-docstring": [
        (RIGHT, "        assert cls.__doc__ is None\n        assert cls.__mro__[-2] is nn.Module\n")
    ],
    "another-error-for-a-wrong-class": [("raise AssertionError(repr(error))", "raise ValueError(repr(error))")],
    "prints-and-passes": [
        ("    except AssertionError:\n        raise\n", "    except AssertionError as error:\n        print(error)\n")
    ],
    "leaves-the-process": [
        ("    except AssertionError:\n        raise\n", "    except AssertionError:\n        raise SystemExit(1)\n")
    ],
    "returns-the-class": [(RIGHT, f"{RIGHT}        return cls\n")],
    "never-three-neighbours": [("GROUPS = (1, 2, 3)\n", "GROUPS = (1, 2)\n")],
    "only-one-refusal-for-x": [(", (2, (1, 4, 2, 1))", "")],
    "parameters-are-required": [
        ("        layer = cls(group)\n", "        layer = cls(group)\n        assert list(layer.parameters())\n")
    ],
    "messages-must-name-the-group": [
        (
            "    except ValueError:\n        return",
            "    except ValueError as error:\n        assert 'group' in str(error)\n        return",
        )
    ],
    "two-at-once-pairs-and-training-mode": [
        ("GROUPS = (1, 2, 3)\n", "GROUPS = (2,)\n"),
        ("MODES = (True, False)", "MODES = (True,)"),
    ],
    "two-at-once-no-module-and-float32": [
        ("    assert issubclass(cls, nn.Module)\n", ""),
        ("DTYPES = (torch.float32, torch.float64)", "DTYPES = (torch.float32,)"),
    ],
    "batch-of-one-only": [
        ("WINDOWS = (1, 3)", "WINDOWS = (1,)"),
    ],
    "remainders-below-a-group-only": [
        ("(2, (2, 3, 1)), (3, (3, 4, 2)), (3, (3, 5, 2)), ", "(2, (2, 1, 1)), (3, (3, 2, 2)), "),
    ],
    "remainders-of-single-windows-only": [
        ("(2, (2, 3, 1)), (3, (3, 4, 2)), (3, (3, 5, 2)), ", "(2, (1, 3, 1)), (3, (1, 4, 2)), (3, (1, 5, 2)), "),
    ],
}
