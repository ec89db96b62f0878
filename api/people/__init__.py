"""Who signs in or calls: people, keys, and the record of what they did."""
