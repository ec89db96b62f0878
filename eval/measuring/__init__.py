"""Metrics over runs, with their uncertainty."""
