"""The catalog: reading it, checking it line by line, and what it holds."""
