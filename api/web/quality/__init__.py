"""The page that says how good the rankings are."""
