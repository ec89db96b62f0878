"""The first page, and the sample data behind it."""
