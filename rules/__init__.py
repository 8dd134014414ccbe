"""Detection rules and sensitive file names: TOML only, one file a family (docs/rules.md)."""
