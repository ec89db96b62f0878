"""Teams and the cohorts that they are in."""
