"""`python -m tests.notifier.consuming TOPIC…`: the notifier's consumer on topics of a test, to be killed."""

import sys

from services.chassis.consuming import Loop
from services.chassis.logs import configure_logs
from services.chassis.process import new_stop
from services.notifier.app import new_projection, read_config
from services.notifier.consumer import GROUP

if __name__ == "__main__":
    configure_logs("notifier", "consume")
    config = read_config()
    Loop(new_projection(config), config.kafka_bootstrap, GROUP, sys.argv[1:], new_stop()).run()
