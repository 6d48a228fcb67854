"""`python -m tests.matcher.scheduling schedule|relay TOPIC`: the matcher's loops on a topic of a test, to be killed."""

import sys

from services.chassis.logs import configure_logs
from services.chassis.process import new_stop
from services.chassis.relaying import relay
from services.matcher.app import new_schedule, new_store, read_config
from services.matcher.store.outbox import relayed

if __name__ == "__main__":
    what, topic = sys.argv[1:]
    configure_logs("matcher", what)
    config = read_config()
    if what == "relay":
        relay(relayed(new_store(config), topic), config.kafka_bootstrap, new_stop())
    else:
        new_schedule(config, new_stop()).run()
