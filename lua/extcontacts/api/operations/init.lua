--- The operation table: one row per operation with everything known about it.
-- The room `api` owns the API as data (operations, models, settings) and pure
-- functions on it: binding arguments, building requests, reading responses, and
-- the one classification of results (`outcome`).
--
-- Methods, argument checks, requests, iterators, the reference, the command's
-- help, the sandbox's routes and the specs are generated from the rows.  Each
-- resource has a file; `define` completes and checks the rows, and `names` has
-- the names of all.  To add an operation, add a row and its name.

local contacts = require "extcontacts.api.operations.contacts"
local define = require "extcontacts.api.operations.define"
local lookup = require "extcontacts.api.operations.lookup"
local names = require "extcontacts.api.operations.names"
local notes = require "extcontacts.api.operations.notes"
local organizations = require "extcontacts.api.operations.organizations"
local relationships = require "extcontacts.api.operations.relationships"

---@class extcontacts.Operations
---@field list extcontacts.Operation[] all rows, in the order of the reference
---@field by_name table<string, extcontacts.Operation> all rows by specified name
---@field by_short table<string, extcontacts.Operation> all rows by short name
---@field page_window integer most records a page listing can reach: page_number * page_size

---@type extcontacts.Operations
local operations = { page_window = 1000 }

-- File → returns its rows.  The common ones are loaded with this module, so that
-- no request in nginx waits for the disk; the others when they are first used.
local FILES = {
  contacts = function()
    return contacts
  end,
  lookup = function()
    return lookup
  end,
  notes = function()
    return notes
  end,
  organizations = function()
    return organizations
  end,
  relationships = function()
    return relationships
  end,
  bulk = function()
    return require "extcontacts.api.operations.bulk"
  end,
  conversations = function()
    return require "extcontacts.api.operations.conversations"
  end,
  divisionviews = function()
    return require "extcontacts.api.operations.divisionviews"
  end,
  exports = function()
    return require "extcontacts.api.operations.exports"
  end,
  external_sources = function()
    return require "extcontacts.api.operations.external_sources"
  end,
  graphs = function()
    return require "extcontacts.api.operations.graphs"
  end,
  identities = function()
    return require "extcontacts.api.operations.identities"
  end,
  imports = function()
    return require "extcontacts.api.operations.imports"
  end,
  journey = function()
    return require "extcontacts.api.operations.journey"
  end,
  schemas = function()
    return require "extcontacts.api.operations.schemas"
  end,
  settings = function()
    return require "extcontacts.api.operations.settings"
  end,
  trustors = function()
    return require "extcontacts.api.operations.trustors"
  end,
}

-- Specified name → row, of the files loaded so far.
local rows = {}

-- The row of a specified name.
local function load_row(name)
  if not rows[name] then
    for _, row in ipairs(define.rows(FILES[names.file_of[name]]())) do
      rows[row.name] = row
    end
  end
  return rows[name]
end

--- Finds an operation by its specified or short name, and loads no other file
-- than that of its resource.
---@param name any
---@return extcontacts.Operation|nil
function operations.find(name)
  local specified = names.file_of[name] and name or names.by_short[name]
  return specified and load_row(specified)
end

--- Finds the listing behind an iterator of the client.
---@param iterator any
---@return extcontacts.Operation|nil
function operations.of_iterator(iterator)
  local specified = names.by_iterator[iterator]
  return specified and load_row(specified)
end

-- `list`, `by_name` and `by_short` have all rows, so the first access loads them.
local ALL = { list = true, by_name = true, by_short = true }

return setmetatable(operations, {
  __index = function(self, field)
    if not ALL[field] then
      return nil
    end
    local list, by_name, by_short = {}, {}, {}
    for index, name in ipairs(names.list) do
      local row = load_row(name)
      list[index], by_name[name], by_short[row.short] = row, row, row
    end
    rawset(self, "list", list)
    rawset(self, "by_name", by_name)
    rawset(self, "by_short", by_short)
    return self[field]
  end,
})
