-- Run by memerr, which lets every allocation fail in turn.
local hash = require("extcontacts.core").hash

local text = ("x"):rep(1000)
assert(hash.new():add(text):add(text):digest() == hash.sha256(text .. text))
assert(hash.crc32(text) > 0)

local lines = require("extcontacts.core").lines
assert(#lines.join { text, "[\n]" } == 1004)
assert(#lines.seal({ "{", text }, { text, text }, 0, hash.new()) == 3039)
assert(#lines.csv({ text, nil, "a" }, 3) == 1005)
return true
