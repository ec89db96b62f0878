"""Supports, the versions of the catalog that hold them, and how one is put in use."""
