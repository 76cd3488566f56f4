"""What goes wrong on purpose while messages leave, and what must hold all the same. `python -m chaos`."""
