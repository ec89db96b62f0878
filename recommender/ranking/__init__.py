"""From needs and candidates to a ranked list whose scores are sums of named parts."""
