"""One module for each thing that goes wrong, with `run(world)`."""
