"""What the practice itself shows: its public pages, and whether it is alive."""
