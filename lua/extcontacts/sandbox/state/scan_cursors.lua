--- Scan cursors: the position where a scan resumes, opaque, signed and
-- different on every page.

local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local scan_cursors = {}

local secret = ""
local used = {}
local serial = 0
-- Cursors up to this serial number are expired, whatever their age.
local expired = 0

--- Starts with a new secret, which invalidates all earlier cursors.
function scan_cursors.reset()
  secret = record_ids.random() .. record_ids.random()
  used = {}
  expired = 0
end

--- Expires every cursor issued so far.
function scan_cursors.expire_all()
  expired = serial
end

local function sign(payload)
  return ngx.hmac_sha1(secret, payload):sub(1, 9)
end

--- Issues a cursor.
---@param name string the scan
---@param position integer where the scan resumes
---@return string
function scan_cursors.make(name, position)
  serial = serial + 1
  local payload = ("%s:%d:%.3f:%d"):format(name, position, server_clock.now(), serial)
  -- Standard base64, not the URL-safe form: a client that does not
  -- percent-encode the cursor fails.
  return ngx.encode_base64(sign(payload) .. payload)
end

--- The position of a cursor.
---@param name string the scan
---@param text string
---@param settings table cursor_ttl, cursor_once
---@return integer|nil position nil if the cursor is invalid, of another scan, expired or already used
function scan_cursors.read(name, text, settings)
  local decoded = ngx.decode_base64(text)
  if not decoded or #decoded < 10 then
    return nil
  end
  local payload = decoded:sub(10)
  if sign(payload) ~= decoded:sub(1, 9) then
    return nil
  end
  local scan, position, issued_at, number = payload:match("^([%a_]+):(%d+):([%d.]+):(%d+)$")
  if scan ~= name or server_clock.now() >= tonumber(issued_at) + settings.cursor_ttl
    or tonumber(number) <= expired
  then
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
