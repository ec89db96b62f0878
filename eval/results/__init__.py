"""What a result file says, and how it is written down."""
