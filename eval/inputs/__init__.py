"""What an evaluation reads: judged teams, collections, runs, baselines."""
