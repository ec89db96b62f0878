"""Pages of program officers: the queue, one review, trying things out."""
