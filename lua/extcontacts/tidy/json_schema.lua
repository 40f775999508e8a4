--- `extcontacts.tidy.json_schema`: checks of values (`extcontacts.record.json_schema`).
return require "extcontacts.record.json_schema"
