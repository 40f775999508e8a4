--- The actions that a fix's `change` can return: update, create, delete, erase,
-- merge, consolidate, promote and move.  Pure.

local core = require "extcontacts.core"
local ids = require "extcontacts.record.normalize.id"
local normalize = require "extcontacts.record.normalize"
local options_check = require "extcontacts.base.options"
local server_merge = require "extcontacts.record.merge.server_merge"
local types = require "extcontacts.record.types"

local actions = {}

---@class extcontacts.fix.Action
---@field op "update"|"create"|"delete"|"erase"|"merge"|"consolidate"|"promote"|"move"
---@field record table|nil of an update
---@field body table|nil of a create
---@field kind extcontacts.record.TypeName|nil of a create
---@field owner string|nil of a create: the id of the note's contact or organization
---@field ids string[]|nil of a merge
---@field survivor string|nil of a merge: the contact with which those of several records are merged
---@field options extcontacts.fix.MergeOptions|extcontacts.fix.MoveOptions|nil of a merge or a move
---@field division string|nil of a move: id of the division
---@field unless_exists string|nil of a contact's create: skipped once a contact has this address
---@field old_id string|nil of a create: the id by which other changes of the plan name the record
---@field is_new boolean|nil of a create: it is known that the record does not exist
---@field refuse (fun(warning: extcontacts.record.Warning))|nil called instead of planning a record that the server
--- would reject

local metatable = core.type "extcontacts.fix.action"

local function new(fields)
  return setmetatable(fields, metatable)
end

local function is_action(value)
  return getmetatable(value) == metatable
end

--- Deletes the record.  Undo recreates it with a new id.
actions.delete = new { op = "delete" }

--- Deletes the record for good: neither plan nor journal keeps a copy.
actions.erase = new { op = "erase" }

--- Makes an Ephemeral or Identified contact Curated, so that it does not expire.  This
-- can't be undone.
actions.promote = new { op = "promote" }

--- Updates the record.
---@param record table the changed record
---@return extcontacts.fix.Action
function actions.update(record)
  if type(record) ~= "table" then
    error("fix.update takes the changed record, got " .. type(record), 2)
  end
  return new { op = "update", record = record }
end

--- Creates another record.
---@param kind extcontacts.record.TypeName
---@param body table
---@param owner string|nil of a note: the id of its contact or organization
---@param unless_exists string|nil of a contact: an e-mail address or a phone number in E.164; apply creates
--- nothing when a contact has it by then
---@return extcontacts.fix.Action
function actions.create(kind, body, owner, unless_exists)
  local of = types.by_name[kind]
  if not of then
    error(types.unknown(kind), 2)
  elseif type(body) ~= "table" then
    error("fix.create takes the record's fields as a table, got " .. type(body), 2)
  elseif of.owner and type(owner) ~= "string" then
    error(("fix.create needs the id of the %s as third argument to create a %s"):format(of.owner,
      (kind:gsub("_", " "))), 2)
  end
  local address = normalize.address(unless_exists)
  if unless_exists ~= nil and (kind ~= "contact" or not address) then
    error("the fourth argument of fix.create is for contacts only and must be an e-mail address or a phone "
      .. "number in E.164", 2)
  end
  return new { op = "create", kind = kind, body = body, owner = owner,
    unless_exists = address and address.key }
end

--- Creates a note on the record.
---@param body table `noteText` and `createdBy`
---@return extcontacts.fix.Action
function actions.add_note(body)
  if type(body) ~= "table" then
    error("fix.add_note takes the note's fields as a table, got " .. type(body), 2)
  end
  return new { op = "create", note = true, body = body }
end

---@class extcontacts.fix.MergeOptions
---@field override table|nil values that come before those of the records
---@field allow_loss boolean|string[]|nil whether values may be lost, or the names of the fields whose values may
---@field values "first"|"rules"|nil whose values count: `first`, the default, those of the survivor, or of the contact
--- that was modified last if the server merges; `rules`: those that `record.merge.field_rules` choose for each field.
--- By rules, only values that find no room count as lost
---@field survivor string|nil id of the record that survives, or with `rules` completes a merge first; default: by the
--- rules of `record.merge.survivor`
---@field check (fun(records: table[]): string|nil)|nil called with the records as just read; a text is the reason for
--- which they are skipped

---@class extcontacts.fix.ConsolidateOptions: extcontacts.fix.MergeOptions
---@field kind "contact"|"organization"|nil default `contact`

local OPTIONS = {
  merge = { override = { "table" }, allow_loss = { "boolean", "table" }, survivor = { "string" },
    values = { "string", choices = { "first", "rules" } }, check = { "function" } },
}
OPTIONS.consolidate = { kind = { "string", choices = { "contact", "organization" } } }
for name, rule in pairs(OPTIONS.merge) do
  OPTIONS.consolidate[name] = rule
end

-- The ids of an argument; nil if it is not an array of ids.
local function ids_in(value)
  local list = {}
  for index, item in ipairs(value) do
    local id = type(item) == "table" and item.id or item
    if type(id) ~= "string" or id == "" then
      return nil
    end
    list[index] = id
  end
  return #list > 0 and list or nil
end

-- Checks the arguments of a merge; errors blame the caller's caller.
local function check_merge(name, list, options, may_clear)
  if not list then
    error(("fix.%s takes %san array of ids or contacts"):format(name, name == "merge" and "the id of a contact, or "
      or ""), 3)
  end
  local problem = options_check.problem(options, OPTIONS[name])
    or server_merge.override_problem(options.override or {}, may_clear, options.kind)
  if problem then
    error(("fix.%s: %s"):format(name, problem), 3)
  end
end

--- Merges contacts into a new one, which can't be undone.
---@param contacts string|table the id of a contact, with which the current record is merged, together with all others
--- that name it; or an array of ids or contacts
---@param options extcontacts.fix.MergeOptions|nil
---@return extcontacts.fix.Action
function actions.merge(contacts, options)
  local survivor = type(contacts) == "string" and contacts or nil
  local list = ids_in(survivor and { survivor } or type(contacts) == "table" and contacts or {})
  options = options or {}
  check_merge("merge", list, options, false)
  return new { op = "merge", ids = list, survivor = survivor, options = options }
end

--- Consolidates contacts or organizations: one survives, the others complete it and are
-- deleted.  Undo recreates them with new ids.
---@param records table an array of ids or records
---@param options extcontacts.fix.ConsolidateOptions|nil
---@return extcontacts.fix.Action
function actions.consolidate(records, options)
  local list = ids_in(type(records) == "table" and records or {})
  options = options or {}
  check_merge("consolidate", list, options, true)
  return new { op = "consolidate", ids = list, options = options }
end

---@class extcontacts.fix.MoveOptions
---@field allow_loss boolean|string[]|nil whether identifiers may be lost, or the types of those that may

local MOVE_OPTIONS = { allow_loss = { "boolean", "table" } }

--- Moves the record, a contact or an organization, to another division: creates a copy
-- there and deletes the record last.  Undo recreates it with a new id.
---@param division string id of the division
---@param options extcontacts.fix.MoveOptions|nil
---@return extcontacts.fix.Action
function actions.move(division, options)
  local id, reason = ids.read(division)
  if not id then
    error("fix.move takes the id of a division: " .. reason, 2)
  end
  options = options or {}
  local problem = options_check.problem(options, MOVE_OPTIONS)
  if problem then
    error("fix.move: " .. problem, 2)
  end
  return new { op = "move", division = id, options = options }
end

local EXPECTED = "return nil, the changed record, fix.delete, fix.erase or an array of actions"

-- Why a record can't be the new state of the current one; nil if it can.
local function mismatch(record, reference)
  local id = record.id
  if id == nil or id == core.json.null or (type(id) == "string" and ids.key(id) == ids.key(reference.id)) then
    return nil
  end
  return ("it is another record, with the id %s; change the record that 'change' received"):format(tostring(id))
end

-- Ties a merge with one contact to the current record.
local function tie_merge(action, reference)
  if not action.survivor then
    return action
  elseif not reference or reference.kind ~= "contact" then
    return nil, "fix.merge with one id needs a contact as the current record; pass an array of ids"
  end
  return new { op = "merge", ids = { action.survivor, reference.id }, survivor = action.survivor,
    options = action.options }
end

local CHANGES_IT = { update = true, delete = true, erase = true, promote = true, move = true }

-- Whether a record is moved and changed in another way, too.
local function moves_and_changes(list)
  local moves, count = false, 0
  for _, action in ipairs(list) do
    moves = moves or action.op == "move"
    count = count + (CHANGES_IT[action.op] and 1 or 0)
  end
  return moves and count > 1
end

-- Ties an action to the current record.
local function tie(action, reference)
  if not is_action(action) then
    return nil, EXPECTED .. " made by fix.update, fix.create, fix.add_note"
  elseif action.op == "create" and action.note then
    local kind = reference and reference.kind .. "_note"
    if not types.by_name[kind] then
      return nil, "fix.add_note works for contacts and organizations only"
    end
    return new { op = "create", kind = kind, owner = reference.id, body = action.body }
  elseif action.op == "consolidate" then
    return action
  elseif action.op == "merge" then
    return tie_merge(action, reference)
  elseif action.op == "move" and not (reference and types.movable[reference.kind]) then
    return nil, "fix.move works for contacts and organizations only"
  elseif action.op ~= "create" and not reference then
    return nil, "the row has no record to " .. action.op .. "; use fix.create(kind, body)"
  elseif action.op == "promote" and reference.kind ~= "contact" then
    return nil, "fix.promote works for contacts only"
  end
  local misuse = action.op == "update" and mismatch(action.record, reference) or nil
  return not misuse and action or nil, misuse
end

--- The actions in a result of `change`.
---@param result any
---@param reference extcontacts.record.Reference|nil the current record
---@return extcontacts.fix.Action[]|nil
---@return string|nil misuse
function actions.of(result, reference)
  if result == nil then
    return {}
  elseif type(result) ~= "table" then
    return nil, EXPECTED .. ", not a " .. type(result)
  elseif is_action(result) then
    result = { result }
  elseif #result == 0 then
    if next(result) == nil then
      return {}
    elseif not reference then
      return nil, "the row has no record to update; use fix.create(kind, body)"
    end
    result = { actions.update(result) }
  end
  local tied = {}
  for index, action in ipairs(result) do
    local misuse
    tied[index], misuse = tie(action, reference)
    if misuse then
      return nil, misuse
    end
  end
  if moves_and_changes(tied) then
    return nil, "fix.move can't be combined with another change of the record; apply one plan after the other"
  end
  return tied
end

return actions
