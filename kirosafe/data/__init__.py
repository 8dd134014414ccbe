"""Data that ships with kirosafe: `rules/` and `containers/` of the repository, as packages."""
