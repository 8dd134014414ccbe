"""Bytes in, findings out. Pure: the bytes arrive, nothing is opened, nothing is sent.

What lives here, in the order a source meets it: `rulebook` (TOML to rules), `prefilter` (one
Vectorscan pass, or `re` where there is none), `views/` (decoded, structured, unpacked), `match`
(exact expression on the candidate), `gates` and `plugins` (what must hold for it to be a live
secret), `correlate` (what belongs together), `redact` (value out, preview and fingerprint in),
`engine` (the order itself).

May import: `kirosafe.model`, `kirosafe.errors`, hyperscan and detect-secrets, nothing else of
kirosafe. To add a rule: one table in `rules/`. To add a gate: one function and one line in
`gates`. To add a view: one file in `views/` and one line in the engine.
"""
