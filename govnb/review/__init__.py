"""The review: every rule of `params/rules/checks.yml` tried on one department's year."""
