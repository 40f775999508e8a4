--- A plan for people: its changes as a coloured diff, and its totals.

local diff = require "extcontacts.record.diff"
local shell = require "extcontacts.base.shell"
local texts = require "extcontacts.base.text"

local plan_text = {}

-- Longer values are cut on the screen; the plan has them whole.
local WIDEST = 100

local function shown(value)
  local text = diff.text(value)
  if text == nil then
    return nil
  end
  text = text:gsub("%c", function(character)
    return ("\\%d"):format(character:byte())
  end)
  -- Blanks at an end would not be seen.
  if text:find "^%s" or text:find "%s$" or text == "" then
    text = '"' .. text .. '"'
  end
  return texts.cut(text, WIDEST)
end

local function label(change)
  local text = change.kind:gsub("_", " ") .. " " .. (change.id or "(new)")
  if change.owner then
    text = text .. " of " .. change.owner
  end
  return text
end

local SIGNS = { update = "~", create = "+", delete = "-", erase = "!" }
local COLOURS = { update = "yellow", create = "green", delete = "red", erase = "red" }

--- One change.
---@param context table
---@param change extcontacts.fix.Change
function plan_text.change(context, change)
  local function paint(colour, text)
    return context:paint("stdout", colour, text)
  end
  context:out(paint(COLOURS[change.op], SIGNS[change.op] .. " " .. change.op .. " "),
    paint("bold", label(change)), "\n")
  for _, one in ipairs(change.diff or {}) do
    local before, after = shown(one.before), shown(one.after)
    context:out("    ", diff.name(one.path), "\n")
    if before then
      context:out(paint("red", "      - " .. before), "\n")
    end
    if after then
      context:out(paint("green", "      + " .. after), "\n")
    end
  end
  for _, warning in ipairs(change.warnings or {}) do
    context:out(paint("yellow", "    ! " .. warning.text), "\n")
  end
end

-- Names by their counts, the largest first.
local function by_count(counts)
  local names = {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    if counts[a] ~= counts[b] then
      return counts[a] > counts[b]
    end
    return a < b
  end)
  return names
end

local function table_of(context, title, counts, tell)
  local names = by_count(counts)
  if #names == 0 then
    return
  end
  context:out(title, "\n")
  for _, name in ipairs(names) do
    context:out(("  %8d  %s\n"):format(counts[name], tell and tell(name) or name))
  end
end

local WARNINGS = {
  cleared = "fields are cleared",
  limit = "values that the server will refuse",
  type = "values of another type than their fields, which the server will refuse",
  unknown = "fields that look mistyped, which the server would pass over",
  required = "required fields are missing",
  not_searchable = "phone numbers that a search will not find",
  fix = "remarks of the fix",
}

local CLASSES = {
  reversible = "can be undone",
  partly_reversible = "can be made good: what is created is deleted, what is deleted made again with another id",
  irreversible = "can't be undone",
}

--- The totals.
---@param context table
---@param totals extcontacts.fix.Totals
function plan_text.totals(context, totals)
  context:out(("%d changes to %d records read\n"):format(totals.changes, totals.records))
  table_of(context, "by operation", totals.operations)
  table_of(context, "by field", totals.fields)
  table_of(context, "of them", totals.classes, function(name)
    return CLASSES[name] or name
  end)
  table_of(context, "warnings", totals.warnings, function(code)
    return WARNINGS[code] or code
  end)
  table_of(context, "left alone", totals.skipped)
end

--- Keeps the first changes of a plan.
---@param most integer
---@return fun(context: table) show
---@return fun(change: extcontacts.fix.Change) on_change
function plan_text.first(most)
  local first, all = {}, 0
  return function(context)
    for _, change in ipairs(first) do
      plan_text.change(context, change)
    end
    if #first > 0 then
      context:out(all > #first and ("… and %d more\n"):format(all - #first) or "", "\n")
    end
  end, function(change)
    all = all + 1
    if all <= most then
      first[all] = change
    end
  end
end

--- Says where it stands what a plan leaves to people.
---@param context table
---@param path string
function plan_text.skipped(context, path)
  context:say("%s has what was left alone, and why", path)
end

--- Ends a command that made a plan: its totals, the page if one is asked for,
-- and what to do next.
---@param context table
---@param plan extcontacts.fix.Plan
---@param html string|nil path of the page
---@return true|nil
---@return extcontacts.Error|nil
function plan_text.conclude(context, plan, html)
  plan_text.totals(context, plan.totals)
  if html then
    local page, err = require("extcontacts.fix").report(plan.path, html)
    if not page then
      return nil, err
    end
    context:say("%s shows the plan in a browser", html)
  end
  if plan.skipped_path then
    plan_text.skipped(context, plan.skipped_path)
  end
  if plan.changes > 0 then
    context:say("nothing was written on the server; to do it:  extcontacts apply %s",
      plan_text.quoted(plan.path))
  end
  return true
end

--- A word for a shell line, quoted where it needs to be.
---@param text string
---@return string
function plan_text.quoted(text)
  if text:find "^[%w%-_./~:@%%+=,]+$" then
    return text
  end
  return shell.quoted(text)
end

return plan_text
