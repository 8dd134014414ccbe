"""What outlives a run, as files of this user: folders, cache, fingerprint key, policy files.

An adapter: implements ports of `kirosafe.app.ports`; may import `app`, `model` and `errors`, and
of the standard library what costs nothing to import. Every file is opened once and judged by its
descriptor. To add one more kind of state: one file, its folder from `state/folders.py`, and its
wiring in `cli/wire.py`.
"""
