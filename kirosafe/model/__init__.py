"""Pure values that every other room speaks in: sources, findings, rules, policies.

May import: `kirosafe.errors` and the standard library; does no I/O. To add a value: one file,
one noun. Values are `NamedTuple`s, not dataclasses: `dataclasses` imports `inspect`, which alone
costs a fifth of the hook's time budget (docs/decisions/0002-start-up.md).
"""
