"""`python -m tests.directory.import_process CONFIG IMPORT`: works an import off, to be killed.

CONFIG is the settings as JSON. Says each step on standard output and works three rows at a time.
"""

import json
import sys

from services.directory.app import directory_of, store_of
from services.directory.config import Config
from services.directory.handlers import importing


def main() -> None:
    config = Config(**json.loads(sys.argv[1]))
    directory = directory_of(config, store_of(config))
    importing.work_off(directory, sys.argv[2], lambda: print("step", flush=True), batch=3)


if __name__ == "__main__":
    main()
