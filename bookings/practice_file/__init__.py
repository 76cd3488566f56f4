"""The practice file: the practice as YAML, read, checked, written into rows, and written out again."""
