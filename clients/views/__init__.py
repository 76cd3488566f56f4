"""The pages of what a client tells and agrees to, and of who looked at it."""
