"""How a started program tells that it is ready."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from deploy.native.ports import answers
from deploy.native.probes import http_get


class Readiness(Protocol):
    """A question that is asked again and again until the answer is yes."""

    def before_start(self) -> None:
        """Clear what an earlier run of the program left, so that it is not taken for an answer of this one."""

    def is_ready(self) -> bool:
        """Ask once."""


@dataclass(frozen=True, slots=True)
class Http:
    """Ready when GET answers 200."""

    port: int
    path: str = "/readyz"

    def before_start(self) -> None:
        """Nothing: a closed port does not answer."""

    def is_ready(self) -> bool:
        answer = http_get(self.port, self.path)
        return answer is not None and answer[0] == HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Tcp:
    """Ready when the port accepts connections."""

    port: int

    def before_start(self) -> None:
        """Nothing: a closed port does not answer."""

    def is_ready(self) -> bool:
        return answers(self.port)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Ready when the program has touched its heartbeat file."""

    file: Path

    def before_start(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        return self.file.exists()


@dataclass(frozen=True, slots=True)
class Finished:
    """A one-off: done when it has ended with code 0, which the supervisor sees by itself."""

    def before_start(self) -> None:
        """Nothing to clear."""

    def is_ready(self) -> bool:
        return False
