"""What program officers decide on a run, and what becomes of its matches."""
