"""Pages on which people sign in and out."""
