"""Excel in and out: official forms read by maps that are data, and a form in place of YAML."""
