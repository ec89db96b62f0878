"""Pages for people: the same use cases that the API serves, shown by a browser with or without scripts."""
