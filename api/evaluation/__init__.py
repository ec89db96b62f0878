"""What reviewers decided, for the evaluation, and what the evaluation published."""
