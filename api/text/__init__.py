"""What people read: pages of headings, lines and tables, for a terminal, a pipe or an answer."""
