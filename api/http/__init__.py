"""What every endpoint shares: problem documents, paging, entity tags, repeated calls, the log."""
