"""Settings from the environment: read once, converted, every problem named at once.

A service declares a frozen dataclass; each field says its variable with `setting(...)`.
Nothing secret has a default, and the environment is production unless it says otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, field, fields
from typing import Any, TypeVar, cast, get_type_hints

Settings = TypeVar("Settings")

DEVELOPMENT = "development"
PRODUCTION = "production"


class BadSettings(SystemExit):
    """Some settings are missing or malformed: the process ends with all of them named (exit code 78)."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        print("Can't start. Settings to correct (.env.example explains each):")
        print("\n".join(f"  - {problem}" for problem in problems), flush=True)
        super().__init__(78)


def setting(variable: str, doc: str, default: Any = MISSING, secret: bool = False) -> Any:
    """A dataclass field read from `variable`; without `default` it must be set."""
    if secret and default is not MISSING and default is not None:
        raise TypeError(f"{variable} is secret: no default")
    metadata = {"variable": variable, "doc": doc, "secret": secret}
    # A secret must not reach a log by way of the dataclass's repr.
    return field(default=default, repr=not secret, metadata=metadata)


def read_settings(cls: type[Settings], environ: Mapping[str, str]) -> Settings:
    """An instance of `cls` from `environ`. Raises BadSettings with every problem at once."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    hints = get_type_hints(cls)
    for item in fields(cast(Any, cls)):
        variable = item.metadata["variable"]
        text = environ.get(variable, "")
        if text == "":
            if item.default is MISSING:
                problems.append(f"{variable} is not set: {item.metadata['doc']}")
            continue
        try:
            values[item.name] = _converter(hints[item.name])(text)
        except ValueError as error:
            problems.append(f"{variable} is malformed: {error}")
    if problems:
        raise BadSettings(problems)
    return cls(**values)


def _converter(kind: Any) -> Callable[[str], Any]:
    if kind is bool:
        return _boolean
    if kind in (int, int | None):
        return int
    return str


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]
    except KeyError:
        raise ValueError(f"{text!r} is neither true nor false") from None
