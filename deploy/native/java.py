"""Find a Java that Kafka and Elasticsearch run on."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OLDEST = 17


@dataclass(frozen=True, slots=True)
class Java:
    """An installed Java: its version and its home directory."""

    version: int
    home: Path

    @property
    def executable(self) -> str:
        """The launcher."""
        return str(self.home / "bin" / "java")


@cache
def find_java() -> Java | None:
    """The Java of JAVA_HOME, else the first on the PATH; None when there is none or it does not run."""
    home = os.environ.get("JAVA_HOME")
    launcher = f"{home}/bin/java" if home else shutil.which("java")
    if not launcher:
        return None
    try:
        answer = subprocess.run(
            [launcher, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return java_from(answer.stderr + answer.stdout)


def java_from(properties: str) -> Java | None:
    """Read version and home out of what `java -XshowSettings:properties` prints."""
    version = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", properties)
    home = re.search(r"java\.home = (.+)", properties)
    if version is None or home is None:
        return None
    return Java(version=int(version[1]), home=Path(home[1].strip()))
