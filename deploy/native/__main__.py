"""`python -m deploy.native`."""

import sys

from deploy.native.cli import main

sys.exit(main())
