"""Fitting the weights, cross-validated by team."""
