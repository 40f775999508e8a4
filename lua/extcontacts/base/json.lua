--- JSON, lossless both ways.  The codec is C (`extcontacts.core`); this makes
-- it agree with the installed lua-cjson about arrays.

local core = require "extcontacts.core"

local codec = core.json

-- OpenResty's cjson marks arrays with a metatable of its own; with the same
-- one, either encoder writes the other's empty arrays as [].
local ok, cjson = pcall(require, "cjson")
if ok and type(cjson) == "table" and type(cjson.array_mt) == "table" then
  codec.set_array_mt(cjson.array_mt)
end

return codec
