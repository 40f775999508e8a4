--- `extcontacts.tidy.letters`: upper and lower case (`extcontacts.base.letters`).
return require "extcontacts.base.letters"
