--- The answer to a request.  Its body stays in the engine's memory: it is decoded where
-- it is, and becomes a Lua string only if something asks for `body`.

local core = require "extcontacts.core"

local replies = {}

---@class extcontacts.Reply
---@field status integer
---@field headers table<string, string> lower-case names
---@field length integer|nil bytes of the body
---@field transfer table|nil the engine's, while it keeps the body
---@field body string|nil nil once the body was released

local metatable = { __name = "extcontacts.reply" }

function metatable.__index(self, name)
  local transfer = name == "body" and rawget(self, "transfer")
  if transfer then
    self.body = transfer:body()
    return self.body
  end
end

--- Takes the result of a transfer that has ended.
---@param transfer table
---@return extcontacts.Reply|nil
---@return table|nil failure
function replies.take(transfer)
  local reply, failure = transfer:result(true)
  if reply and reply.length then
    reply.transfer = transfer
    setmetatable(reply, metatable)
  end
  return reply, failure
end

--- Decodes a whole record of the body, which was decoded in part before.
---@param reply extcontacts.Reply
---@param place integer where it begins, see `places` of `json.decode`
---@param decoding { max_depth: integer }|nil
---@return table|nil
---@return string|nil problem
function replies.whole(reply, place, decoding)
  return core.json.decode(rawget(reply, "transfer") or reply.body,
    { at = place, max_depth = decoding and decoding.max_depth })
end

--- Gives the memory of the body back to the engine, for its next answer.
---@param reply extcontacts.Reply
function replies.release(reply)
  local transfer = rawget(reply, "transfer")
  if transfer then
    reply.transfer = nil
    transfer:release()
  end
end

return replies
