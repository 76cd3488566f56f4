"""The client's own pages of this app."""
