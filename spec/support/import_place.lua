--- For specs of imports: files that are planned against the sandbox.

local files = require "extcontacts.base.files"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local import_place = {}

local Import = {}
Import.__index = Import

--- A fresh place for each spec of a block.
function import_place.fresh(before_each, after_each, options)
  return setmetatable({ place = fixes.fresh_place(before_each, after_each, options) }, Import)
end

--- Plans the import of a text; returns the plan and its changes, or nil and the message.
function Import:plan(text, options, name)
  local path = self.place:write("list.csv", text)
  return self:plan_file(path, options, name)
end

function Import:plan_file(path, options, name)
  local definition, err = fix.import(path, options)
  if not definition then
    return nil, err.message
  end
  local changes = {}
  local planned
  planned, err = fix.plan(self.place.client, definition, { output = self.place:path(name or "p"), force = true,
    by = "spec", time = 0,
    on_change = function(change)
      changes[#changes + 1] = change
    end })
  return planned, planned and changes or err.message
end

--- The rejected rows without byte order mark and line ends; nil without a file.
function Import:rejected()
  local text = files.read(self.place:path "list.csv.rejected.csv")
  local lines = {}
  for line in (text or ""):gsub("^\239\187\191", ""):gmatch "[^\r\n]+" do
    lines[#lines + 1] = line
  end
  return text and lines
end

--- The reasons of the rejected rows, by row.
function Import:reasons(text, options)
  assert(self:plan(text, options))
  local csv = require "extcontacts.base.csv"
  local handle = io.open(self.place:path "list.csv.rejected.csv", "rb")
  local out = {}
  for row in (handle and csv.rows(handle) or function() end) do
    out[tonumber(row.import_row)] = row.import_reason
  end
  if handle then
    handle:close()
  end
  return out
end

--- Creates a contact; returns its id.
function Import:add(fields)
  local all = { firstName = "Ann", lastName = "Example" }
  for key, value in pairs(fields or {}) do
    all[key] = value
  end
  return assert(self.place.direct.contacts:create(all)).id
end

return import_place
