--- JSON, lossless in both directions.  The codec is in C (`extcontacts.core`);
-- this module aligns its arrays with those of an installed lua-cjson.

local core = require "extcontacts.core"

local codec = core.json

-- OpenResty's cjson marks arrays with its own metatable.  With the same one,
-- each encoder writes the other's empty arrays as [].
local ok, cjson = pcall(require, "cjson")
if ok and type(cjson) == "table" and type(cjson.array_mt) == "table" then
  codec.set_array_mt(cjson.array_mt)
end

return codec
