"""What `make run` starts: the practice to try out, with every part really running. Never part of production."""
