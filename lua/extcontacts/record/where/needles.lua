--- The texts that a record's JSON must have for a condition to hold, so that the others
-- need not be decoded.  Pure.

local fields = require "extcontacts.record.where.fields"
local models = require "extcontacts.api.models"

local needles = {}

-- Characters that JSON writes as they are, or with the escape \u00.  Without those that
-- it may escape otherwise (`"`, `\`, `/`), and those into which others are composed
-- (`fields.comparable`): the Kelvin sign, for one, becomes a K.
local PLAIN = "[ !#-.0-:<-JL-Z%[%]^_a-~]+"

-- A shorter text, its quotes included, is in too many records.
local SHORTEST = 4

-- Searching for more takes longer than decoding.
local MOST = 8

-- Names of fields, which are in the JSON of all records.
local function is_name(text)
  for _, model in pairs(models) do
    if model.by_wire[text] then
      return true
    end
  end
  return false
end

-- The longest part of a text that is in the JSON of a string with the text; `starts` and
-- `ends`: the string does so with the text.
local function of_text(text, starts, ends)
  local longest = ""
  for first, run, last in text:gmatch("()(" .. PLAIN .. ")()") do
    local part = (starts and first == 1 and '"' or "") .. run .. (ends and last == #text + 1 and '"' or "")
    if #part > #longest then
      longest = part
    end
  end
  if #longest >= SHORTEST and not is_name(longest:match '^"?(.-)"?$') then
    return { longest }
  end
end

-- Whether a path leads to texts, or may; those of dates are compared as moments.
local function is_text(model, node)
  local kind = node.op == "path" and fields.kind(model, node.path)
  return kind == "text" or kind == "any" or kind == "list"
end

-- The needles of `path == constant` and of functions that take both.
local function of_pair(model, field, value, starts, ends)
  if field.op == "constant" then
    field, value = value, field
  end
  if is_text(model, field) and value.op == "constant" and type(value.value) == "string" then
    return of_text(fields.comparable(value.value), starts, ends)
  end
end

local function shortest(list)
  local least = math.huge
  for _, text in ipairs(list) do
    least = math.min(least, #text)
  end
  return least
end

local RULES = {
  ["=="] = function(model, node)
    return of_pair(model, node[1], node[2], true, true)
  end,
  ["and"] = function(model, node)
    local best
    for _, inner in ipairs(node) do
      local found = needles.of(model, inner)
      if found and (not best or shortest(found) > shortest(best)) then
        best = found
      end
    end
    return best
  end,
  ["or"] = function(model, node)
    local all = {}
    for _, inner in ipairs(node) do
      local found = needles.of(model, inner)
      if not found or #all + #found > MOST then
        return nil
      end
      for _, text in ipairs(found) do
        all[#all + 1] = text
      end
    end
    return all
  end,
}

-- Functions whose second argument is in the first one.
local CALLS = {
  contains = {}, starts = { starts = true }, has = { starts = true, ends = true },
}

--- Texts one of which is in the JSON of each record for which a condition holds, unless
--- that has the escape \u00 of a character.
---@param model extcontacts.Model
---@param node extcontacts.record.WhereNode a valid condition
---@return string[]|nil
function needles.of(model, node)
  local place = node.op == "call" and CALLS[node.name]
  if place and node[1].op == "path" then
    return of_pair(model, node[1], node[2], place.starts, place.ends)
  end
  local rule = RULES[node.op]
  return rule and rule(model, node)
end

return needles
