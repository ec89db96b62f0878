"""Use cases that HTTP and the command line share."""
