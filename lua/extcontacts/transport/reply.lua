--- The answer to a request.  Its body stays in the engine's memory: it is decoded where
-- it is, and becomes a Lua string only if something asks for `body`.

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
