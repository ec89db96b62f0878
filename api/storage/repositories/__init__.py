"""Statements, one file per noun; each function runs in the transaction that it is given."""
