--- Base64 (RFC 4648), the standard alphabet with padding.  Pure.

local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function encode_group(group)
  local a, b, c = group:byte(1, 3)
  local bits = a * 65536 + (b or 0) * 256 + (c or 0)
  local out = {}
  for i = 1, 4 do
    local index = math.floor(bits / 64 ^ (4 - i)) % 64
    out[i] = i <= #group + 1 and ALPHABET:sub(index + 1, index + 1) or "="
  end
  return table.concat(out)
end

--- Encodes bytes.
---@param bytes string
---@return string
function base64.encode(bytes)
  return (bytes:gsub("..?.?", encode_group))
end

return base64
