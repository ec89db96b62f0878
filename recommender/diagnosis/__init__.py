"""From answers to a profile, needs and growth."""
