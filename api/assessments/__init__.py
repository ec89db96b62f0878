"""A window in which a team answers, from its opening to the profile that it leaves."""
