-- Run by memerr, which lets every allocation fail in turn.
local url = require("extcontacts.core").url

assert(url.expand("{text}", { text = ("a/\195\169 "):rep(500) }))
assert(url.query { { "q", ("a+b&"):rep(500) }, { "list", { 1, 2.5, true } } })
assert(url.decode(("a+%20"):rep(500), { plus = true }))
assert(url.expand("/api/v2/externalcontacts/contacts/{contactId}/notes/{noteId}",
  { contactId = "a b", noteId = ("/"):rep(300) }))
local path, message = url.expand("/contacts/{contactId}", { contactId = ".." })
assert(path == nil and message)
return true
