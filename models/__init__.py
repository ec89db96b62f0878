"""What Trellis talks about: immutable values and controlled vocabularies. Imports nothing of ours, does no I/O."""
