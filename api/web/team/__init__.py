"""Pages that a team reads: results, growth, plan, guide."""
