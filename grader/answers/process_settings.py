"""Settings of the whole process: saved before an answer's file runs, restored after it and before each example.

Additions are kept, such as a new environment variable or a logger. torch and NumPy are looked up, not imported
(exercise 1 needs neither).
"""

import contextlib
import locale
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Settings = dict[str, Any]  # by name
_Access = tuple[Callable[[], Any], Callable[[Any], object]]  # how to read a setting, and how to write it
_VARIABLES = "environment variables"


def kept() -> Settings:
    """Read every setting."""
    settings = {name: read() for name, (read, _) in _accesses().items()}
    return settings | {_VARIABLES: dict(os.environ)}


def restore(settings: Settings) -> list[str]:
    """Restore every setting that `kept` saved, and return the names of those that had changed."""
    changed = []
    for name, (read, write) in _accesses().items():
        if name in settings and read() != settings[name]:
            write(settings[name])
            changed.append(name)
    lost = {name: value for name, value in settings[_VARIABLES].items() if os.environ.get(name) != value}
    os.environ.update(lost)
    return changed + [_VARIABLES] * bool(lost)


def _accesses() -> dict[str, _Access]:
    found: dict[str, _Access] = {
        "current folder": (_folder, _go_to_folder),
        "locale": (lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name)),
        "warnings filters": (lambda: list(warnings.filters), _restore_warnings),
    }
    if torch := sys.modules.get("torch"):
        print_options = sys.modules["torch._tensor_str"].PRINT_OPTS
        found |= {
            "torch's default dtype": (torch.get_default_dtype, torch.set_default_dtype),
            "torch's default device": (lambda: str(torch.get_default_device()), _restore_device),
            "torch's grad mode": (torch.is_grad_enabled, torch.set_grad_enabled),
            "torch's anomaly detection": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
            "torch's deterministic algorithms": (
                torch.get_deterministic_debug_mode,
                torch.set_deterministic_debug_mode,
            ),
            "torch's number of threads": (torch.get_num_threads, torch.set_num_threads),
            "torch's matmul precision": (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
            "torch's print options": (
                lambda: dict(vars(print_options)),
                lambda options: torch.set_printoptions(**options),
            ),
        }
    if numpy := sys.modules.get("numpy"):
        found |= {
            "NumPy's error handling": (numpy.geterr, lambda handling: numpy.seterr(**handling)),
            "NumPy's print options": (numpy.get_printoptions, _restore_numpy_printing),
        }
    return found


def _folder() -> Path | None:
    with contextlib.suppress(OSError):  # it may be gone
        return Path.cwd()
    return None


def _go_to_folder(folder: Path | None) -> None:
    if folder is not None:
        with contextlib.suppress(OSError):
            os.chdir(folder)


def _restore_warnings(filters: list[Any]) -> None:
    warnings.resetwarnings()  # which also resets what earlier filters allowed
    warnings.filters[:] = filters  # type: ignore[index]  # typed as a sequence; it is a list


def _restore_device(device: str) -> None:
    sys.modules["torch"].set_default_device(None if device == "cpu" else device)


def _restore_numpy_printing(options: dict[str, Any]) -> None:
    known = {name: value for name, value in options.items() if name != "override_repr"}
    legacy = known.pop("legacy", None) or False
    sys.modules["numpy"].set_printoptions(**known, legacy=legacy)
