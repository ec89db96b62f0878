"""How good the rankings are: judged collections, metrics, baselines, statistics. Reads files only."""
