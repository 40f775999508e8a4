--- `extcontacts.tidy.custom_fields`: custom fields and their schemas
-- (`extcontacts.record.custom_fields`).
return require "extcontacts.record.custom_fields"
