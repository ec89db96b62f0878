"""Where the service keeps its data: tables, transactions, repositories and migrations. All SQL is in here."""
