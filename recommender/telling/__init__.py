"""What is said of a ranking: reasons, matches, the plan, the story of changes."""
