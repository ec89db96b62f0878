"""Pages on which one person answers the self-assessment."""
