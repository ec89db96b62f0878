"""Reading documents with the place of every fault, and TREC files."""
