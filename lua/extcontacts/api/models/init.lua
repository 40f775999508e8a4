--- The models of the records: their fields, those the server sets and those a
-- write must have.  The client never rejects a record for a field that is missing
-- here.  A model is read from its text (`sources`) when it is first used.

local define = require "extcontacts.api.models.define"
local sources = require "extcontacts.api.models.sources"

---@type table<string, extcontacts.Model>
return setmetatable({}, {
  __index = function(self, name)
    local text = sources.text(name)
    local model = text and define.model(name, text)
    if model then
      rawset(self, name, model)
    end
    return model
  end,
})
