"""What is tested of the tree as a whole, and `python -m tests`, which is `make test`."""
