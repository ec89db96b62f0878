"""Judging: from runs to a pool, from a pool to several judges' grades, from those to one set of judgments."""
