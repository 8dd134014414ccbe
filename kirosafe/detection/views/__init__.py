"""What a source's bytes look like from other sides: decoded, structured, unpacked. Pure.

What lives here: `view` (the two values everybody shares), `text` (which encoding, or binary),
`encoded` (base64, hex, percent, escapes, split strings around a prefilter hit), `containers`
(archives, office files, databases; `streams`, `zips`, `tars`, `office`, `databases` are its parts),
`notebook`, and `structure` (key paths, values, spans; `lines`, `braces`, `yaml`, `toml` are its
grammars).

May import: `kirosafe.model` and the standard library, which includes nothing that opens a file.
To add a container: one file with a generator of `View | Skipped`, one magic and one line in
`containers`. To add a structure: one file with a generator of `Entry`, one line in `structure`.
"""
