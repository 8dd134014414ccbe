"""The command line: declares options and calls use cases; decides nothing.

What lives here: `entry` (the console script), `fast` (reads the plain `scan` command without
importing click), `click_app` (reads everything else), `options` (what there is to say, once for
both), `scan`, `rules` (one module a command), `output` (where reports go), `progress`, `wire` (the
only place that builds adapters and loads rules), `shell` (the only place that turns errors into
exit codes).

May import everything below it; click and rich live only here. To add a command: one module, its
options in `options`, one line in `click_app`.
"""
