"""`python -m services.matcher serve|consume|relay|schedule|migrate|rebuild|skip`."""

from services.chassis.process import main
from services.matcher.app import COMMANDS

main("matcher", COMMANDS)
