"""`python -m tests.matcher.consuming TOPIC…`: the matcher's consumer on topics of a test, to be killed."""

import sys

from services.chassis.consuming import Loop
from services.chassis.logs import configure_logs
from services.chassis.process import new_stop
from services.matcher.app import new_store, read_config
from services.matcher.consumer import GROUP, Index

if __name__ == "__main__":
    configure_logs("matcher", "consume")
    config = read_config()
    Loop(Index(store=new_store(config)), config.kafka_bootstrap, GROUP, sys.argv[1:], new_stop()).run()
