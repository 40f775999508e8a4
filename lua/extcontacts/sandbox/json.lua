--- The project's JSON codec, for the sandbox.
return require("extcontacts.core").json
