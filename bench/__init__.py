"""What the diary and the booking cost, measured beside the least that would do the work at all. `python -m bench`."""
