"""The pages of the offer and of booking."""
