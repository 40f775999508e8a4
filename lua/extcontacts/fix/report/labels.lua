--- The words of a plan's report: what fields, operations, warnings and undo are
-- called.  Pure.

local labels = {}

--- Verbs by operation.
labels.verbs = { update = "Update", create = "Create", delete = "Delete", erase = "Erase",
  merge = "Merge", promote = "Promote" }

--- What undo does, by operation.
labels.undo = {
  update = "reversible: undo restores the old values",
  create = "partly reversible: undo deletes the record",
  delete = "partly reversible: undo recreates the record with a new id",
  erase = "irreversible: no copy is kept",
  merge = "irreversible: merged contacts can't be separated",
  promote = "irreversible: a promoted contact stays curated",
}

--- Meanings of warnings, by code.
labels.warnings = {
  cleared = "A field that has a value is cleared.",
  limit = "A value breaks a documented limit; the server would reject the record.",
  type = "A value has the wrong type for its field; the server would reject the record.",
  unknown = "A new field looks like a misspelled one; the server would ignore it.",
  required = "A required field is empty; the server would reject the record.",
  custom_field = "A custom field does not match its schema; the server would reject the record.",
  unchecked = "The schema of the custom fields can't be read, so they were not checked.",
  not_moved = "Something of a moved record can't be moved.",
  not_searchable = "The server would not recognise a phone number, so no search finds it.",
  fix = "A warning from the fix.",
}

--- What a change does to a field, by the part of the chart.
labels.parts = { set = "set", changed = "changed", cleared = "cleared" }

--- Returns the name of a record's type, `organization note`.
---@param kind extcontacts.record.TypeName
---@return string
function labels.kind(kind)
  return (kind:gsub("_", " "))
end

--- Returns the name of an operation, `Update contact`.
---@param key string as in a plan's totals, `contact.update`
---@return string
---@return string op
function labels.operation(key)
  local kind, op = key:match "^(.*)%.(%a+)$"
  return (labels.verbs[op] or op) .. " " .. labels.kind(kind), op
end

local WORDS = { Email = "e-mail", Url = "URL", Id = "ID", Ids = "IDs", Sms = "SMS" }

-- `workEmail` → "work e-mail".
local function in_words(name)
  local spaced = name:gsub("(%l)(%u)", "%1 %2")
  spaced = spaced:gsub("%a+", function(word)
    return WORDS[word] or (word:find "^%u%l*$" and word:lower()) or word
  end)
  return spaced
end

--- Returns the name of a field, `Work e-mail`.
---@param path string[]
---@return string
function labels.field(path)
  local first = in_words(path[1]):gsub("^%l", string.upper)
  if path[1] == "customFields" and path[2] then
    return "Custom field " .. table.concat(path, ".", 2)
  elseif path[2] then
    local rest = {}
    for index = 2, #path do
      rest[#rest + 1] = in_words(path[index])
    end
    return first .. ": " .. table.concat(rest, ", ")
  end
  return first
end

return labels
