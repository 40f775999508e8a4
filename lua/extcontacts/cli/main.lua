--- What bin/extcontacts runs: the words of the command line.

os.exit(require("extcontacts.cli").run(arg), true) -- true: close the connections first
