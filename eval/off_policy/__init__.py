"""Off-policy evaluation: what another ranking would have earned, from decisions on the lists that were shown.

Only as good as the log: without recorded probabilities of what was shown, nothing here can be estimated.
"""
