"""Adapters that find files, read them, and ask git and Kiro's ignore files about them.

What lives here: `walk` (finds files; `links` judges symbolic links), `read` (a file as a source),
`beneath` (opens things beneath a descriptor, which the other modules use for all that is
scanned), `ignore` (the ignore rules' verdicts), `git` (asks git without letting the repository's
settings act; `gitrun` starts it), `repository` (a repository's parts, found by reading) and
`patterns` (ignore files evaluated with pathspec, where git cannot be asked).

May import: `kirosafe.model`, `kirosafe.errors`, pathspec (in `patterns`, inside functions) and the
standard library; no other adapter. Nothing here runs, follows or blocks on anything that is
scanned. To add one more adapter: one module whose class implements a port of `kirosafe.app.ports`,
and one line in `kirosafe/cli/wire.py`.
"""
