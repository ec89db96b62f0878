"""The recommender that a running service holds, and what it is made from."""
