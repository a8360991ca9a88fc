"""Papers: an executed notebook as page, PDF, Word and JSON."""
