--- `extcontacts.json`: the JSON codec (`extcontacts.base.json`).
return require "extcontacts.base.json"
