-- Run by memerr with every allocation failing in turn.
local url = require("extcontacts.core").url

assert(url.encode_segment(("a/\195\169 "):rep(500)))
assert(url.encode_query_value(("a+b&"):rep(500)))
assert(url.expand("/api/v2/externalcontacts/contacts/{contactId}/notes/{noteId}",
  { contactId = "a b", noteId = ("/"):rep(300) }))
local path, message = url.expand("/contacts/{contactId}", { contactId = ".." })
assert(path == nil and message)
return true
