"""`python -m services.ledger serve|commit|consume|relay|schedule|migrate|audit`."""

from services.chassis.process import main
from services.ledger.commands import COMMANDS

main("ledger", COMMANDS)
