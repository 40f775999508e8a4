-- Run by memerr, which lets every allocation fail in turn.
local json = require("extcontacts.core").json

local long = ("x"):rep(3000)
local text = '{"id":"a","firstName":"\\u00e9\\ud83d\\ude00\\n","tags":["' .. long .. '",1,-2.5e10,true,null],'
  .. '"workPhone":{"e164":"+4930123456","extension":9007199254740993},"big":123456789012345678901234567890,'
  .. '"entities":[{},[],{"a":{"b":{"c":[[[1]]]}}},"' .. ("\\u00fc"):rep(300) .. '"]}'

local record = assert(json.decode(text))
assert(record.tags[1] == long)
assert(#record.entities == 4)

local options = { select = json.selection { id = true, workPhone = { e164 = true }, entities = { a = true } } }
local part = assert(json.decode(text, options))
assert(part.id == "a" and part.big == nil and getmetatable(part.workPhone) == json.partial_mt)
assert(json.encode(part, { whole = true }) == nil)

options.places = {}
part = assert(json.decode(text, options))
local whole = assert(json.decode(text, { at = options.places[part] }))
assert(whole.tags[1] == long)
options = { raw = "entities", select = json.selection { ["*"] = true, entities = { id = true } } }
for _, element in ipairs { '{"id":"a","x":{"b":[1]}}', '{"id":"a","\\u0078":"' .. long .. '"}' } do
  local page, texts = assert(json.decode('{"entities":[' .. element .. ',null],"n":1}', options))
  assert(page.entities[1].id == "a" and texts[1] == element and texts[2] == "null")
end
local twice, refusal = json.decode('{"entities":[{"x":1,"x":[{}]}]}', options)
assert(twice == nil and refusal)

options.lines = true
local page, lines = assert(json.decode('{"entities":[{"id":"a","x":"' .. long .. '"},\n{"id":"b"}],"n":1}', options))
assert(#page.entities == 0 and #lines == 2 and #lines:text() == lines:bytes())
assert(#lines:having { '"a"' } == 1)
lines:seal('{"record":', 0, require("extcontacts.core").hash.new())
assert(lines:text():find('^{"record":{"id":"a"'))
local other, texts = assert(json.decode('{"entities":[{"id":"a"},null]}', options)) -- not all are records
assert(other.entities[1].id == "a" and texts[2] == "null")

-- Refusals build their message and offset.
for _, broken in ipairs { "", "[1,", '{"a":1,"a":2}', '"\\ud800"', "[1]x", ("["):rep(2000) } do
  local value, message = json.decode(broken)
  assert(value == nil and message)
end
return true
