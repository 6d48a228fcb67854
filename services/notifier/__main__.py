"""`python -m services.notifier serve|consume|schedule|deliver|digest|migrate`."""

from services.chassis.process import main
from services.notifier.app import COMMANDS

main("notifier", COMMANDS)
