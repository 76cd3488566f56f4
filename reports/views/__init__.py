"""Pages and files of the reports."""
