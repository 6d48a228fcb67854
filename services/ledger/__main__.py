"""`python -m services.ledger serve|commit|consume|relay|migrate|audit`."""

from services.chassis.process import main
from services.ledger.commands import COMMANDS

main("ledger", COMMANDS)
