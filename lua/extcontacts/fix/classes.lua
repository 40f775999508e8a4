--- How far undo can reverse an operation.  Pure.

local classes = {}

---@alias extcontacts.fix.Class "reversible"|"partly_reversible"|"irreversible"

local OF = {
  update = "reversible",
  create = "partly_reversible",
  delete = "partly_reversible",
  erase = "irreversible",
  merge = "irreversible",
  promote = "irreversible",
}

--- The class of an operation.
---@param op "update"|"create"|"delete"|"erase"|"merge"|"promote"
---@return extcontacts.fix.Class
function classes.of(op)
  return OF[op]
end

return classes
