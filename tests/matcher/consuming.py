"""`python -m tests.matcher.consuming DIRECTORY_TOPIC LEDGER_TOPIC`: the matcher's consumer on topics of a test."""

import sys
from dataclasses import replace

from services.chassis.consuming import Loop
from services.chassis.logs import configure_logs
from services.chassis.process import new_stop
from services.matcher.app import follow, new_projection, read_config
from services.matcher.consumer import GROUP

if __name__ == "__main__":
    configure_logs("matcher", "consume")
    config = read_config()
    directory, ledger = sys.argv[1:]
    projection = replace(new_projection(config), directory=f"{directory}/directory", ledger=f"{ledger}/main")
    group = f"{GROUP}.{directory}"
    follow(projection.store, Loop(projection, config.kafka_bootstrap, group, [directory, ledger], new_stop()))
