"""Where the service keeps its data: tables, transactions and migrations. Queries stand in the rows of each noun."""
