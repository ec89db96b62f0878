"""The report: one document of sections, tables and charts, written as a self-contained page and as Markdown."""
