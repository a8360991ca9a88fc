"""Papers: an executed notebook as PDF and Word, by way of one document tree."""
