"""Stored runs, as rows and as what may be read of them."""
