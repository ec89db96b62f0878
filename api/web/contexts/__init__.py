"""What the pages show, as typed values: one file per area."""
