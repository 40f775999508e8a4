std = "min"
max_line_length = 120
include_files = { "lua", "spec", "examples", "bench", "bin", "docs" }
exclude_files = { "build" }
-- The sandbox and the specs' nginx location run inside nginx.
files["lua/extcontacts/sandbox"] = { read_globals = { "ngx" } }
files["spec"] = { std = "min+busted" }
