"""Use cases and the ports they need. `cli` calls them; adapters implement `ports`.

What lives here: `scan` (look at a tree and judge it), `own_keys` (is it one of the user's own?),
`policy` (what the layers of policy come to), `rules` (list, explain, check). May import:
`kirosafe.detection`, `kirosafe.report`, `kirosafe.model`, `kirosafe.errors`. To add a use case: one
file, one function that takes ports and values and returns a value.
"""
