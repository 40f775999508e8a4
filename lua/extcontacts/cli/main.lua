--- The main chunk that bin/extcontacts runs.

os.exit(require("extcontacts.cli").run(arg), true) -- true: close connections first
