"""Wrong answers to exercise 14 that the bank does not tell of: rare ones, odd ones, two mistakes at once."""

RIGHT = "        _assert_right(cls)\n"
INSPECTED = '        import inspect\n        assert "flip" not in inspect.getsource(cls)\n'

WRONG: dict[str, list[tuple[str, str]]] = {
    "judged-by-its-name": [(RIGHT, '        assert cls.__name__ == "FlattenConsecutive"\n')],
    "judged-by-its-source": [(RIGHT, INSPECTED)],
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
    "another-error-for-a-wrong-class": [('raise AssertionError(f"it raised', 'raise ValueError(f"it raised')],
    "prints-and-passes": [
        ("    except AssertionError:\n        raise\n", "    except AssertionError as error:\n        print(error)\n")
    ],
    "leaves-the-process": [
        ("    except AssertionError:\n        raise\n", "    except AssertionError:\n        raise SystemExit(1)\n")
    ],
    "returns-the-class": [(RIGHT, f"{RIGHT}        return cls\n")],
    "without-a-long-sequence": [("LENGTHS = (1, 2, 3)", "LENGTHS = (1,)")],
    "never-three-neighbours": [("for group in (1, 2, 3, 4):", "for group in (1, 2):")],
    "only-one-refusal-for-x": [("        _assert_refused(layer, torch.zeros(1, group, CHANNELS, 1))\n", "")],
    "parameters-are-required": [
        ("        layer = cls(group)\n", "        layer = cls(group)\n        assert list(layer.parameters())\n")
    ],
    "a-result-of-its-own-memory-only": [
        ("issubclass(cls, nn.Module)", "issubclass(cls, nn.Module) and cls.forward.__code__.co_argcount == 3")
    ],
    "messages-must-name-the-group": [
        (
            "    except ValueError:\n        return",
            "    except ValueError as error:\n        assert 'group' in str(error)\n        return",
        )
    ],
    "leaf-inputs-are-changed": [
        ("before, states = x.clone(), _random_states()", "before, states = x, _random_states()")
    ],
    "two-at-once-pairs-and-training-mode": [
        ("for group in (1, 2, 3, 4):", "for group in (2,):"),
        ("for training in (True, False):", "for training in (True,):"),
    ],
    "two-at-once-no-module-and-float32": [
        ('    assert issubclass(cls, nn.Module), "it is no nn.Module"\n', ""),
        ("for dtype in (torch.float32, torch.float64):", "for dtype in (torch.float32,):"),
    ],
}
