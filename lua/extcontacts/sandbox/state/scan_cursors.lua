--- Cursors: where a scan goes on, opaque and signed, different on every page.

local server_clock = require "extcontacts.sandbox.state.server_clock"
local record_ids = require "extcontacts.sandbox.state.record_ids"

local scan_cursors = {}

local secret = ""
local used = {}
local serial = 0
-- Cursors up to this serial number are expired, whatever their age.
local expired = 0

--- A new secret: cursors of before are foreign.
function scan_cursors.reset()
  secret = record_ids.random() .. record_ids.random()
  used = {}
  expired = 0
end

--- Lets every cursor given out so far expire.
function scan_cursors.expire_all()
  expired = serial
end

local function sign(payload)
  return ngx.hmac_sha1(secret, payload):sub(1, 9)
end

--- A cursor.
---@param name string what is scanned
---@param position integer index to go on from
---@return string
function scan_cursors.make(name, position)
  serial = serial + 1
  local payload = ("%s:%d:%.3f:%d"):format(name, position, server_clock.now(), serial)
  -- Ordinary base64: a client that does not encode it in the URL breaks.
  return ngx.encode_base64(sign(payload) .. payload)
end

--- Where a cursor goes on.
---@param name string what is scanned
---@param text string
---@param settings table cursor_ttl, cursor_once
---@return integer|nil position nil when it is foreign, expired or used
function scan_cursors.read(name, text, settings)
  local decoded = ngx.decode_base64(text)
  if not decoded or #decoded < 10 then
    return nil
  end
  local payload = decoded:sub(10)
  if sign(payload) ~= decoded:sub(1, 9) then
    return nil
  end
  local of, position, made, number = payload:match("^(%a+):(%d+):([%d.]+):(%d+)$")
  made = tonumber(made)
  if of ~= name or server_clock.now() >= made + settings.cursor_ttl or tonumber(number) <= expired then
    return nil
  end
  if settings.cursor_once then
    if used[number] then
      return nil
    end
    used[number] = true
  end
  return tonumber(position)
end

return scan_cursors