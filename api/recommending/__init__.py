"""Making, trying, replaying and comparing recommendation runs."""
