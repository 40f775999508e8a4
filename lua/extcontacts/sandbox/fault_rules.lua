--- Fault rules: what they may say, read from the command line or from JSON.

local suggest = require "extcontacts.base.suggest"

local fault_rules = {}

-- Which requests a rule is for, and what happens to them.  A type of its own
-- is a list of the values allowed.
local FIELDS = {
  -- which requests
  operation = "string",    -- short name, `*` allowed; oauth.token is the token endpoint
  method = "string",
  path = "string",         -- `*` allowed
  nth = "range",           -- the 3rd, or the 3rd to the 5th ("3-5"), of those that match
  every = "integer",       -- every n-th of those that match
  rate = "number",         -- this share of those that match
  times = "integer",       -- at most so often
  seed = "integer",        -- of the choice that `rate` makes
  plan = "table",          -- what happens to the 1st, the 2nd … of those that match; {} for nothing
  -- what happens
  status = "integer",
  code = "string",         -- of the error body
  retry_after = "number",  -- seconds; without it a 429 has no Retry-After
  headers = "table",
  after = "boolean",       -- the status comes after the operation was carried out
  delay = "number",        -- seconds before it is carried out
  drop = { "before", "after" }, -- reset the connection, before or after it was carried out
  cut = "integer",         -- bytes of the body that still arrive
  body = { "html", "empty", "garbage" },
  content_type = "string",
  cursor = { "expired" },
  token = { "revoked" },
  extra_field = "boolean", -- a field of the future in each record
  merge = "table",         -- fields put into the answer's object
}

fault_rules.fields = FIELDS

local ACTIONS = {
  "status", "delay", "drop", "cut", "body", "content_type", "cursor", "token", "extra_field", "merge",
}

local function convert(name, value)
  local kind = FIELDS[name]
  if type(kind) == "table" then
    for _, allowed in ipairs(kind) do
      if value == allowed then
        return value
      end
    end
    return nil, ("%s is one of %s"):format(name, table.concat(kind, ", "))
  elseif kind == "range" then
    local from, to = tostring(value):match("^(%d+)%-?(%d*)$")
    if not from then
      return nil, name .. " is a number or a range such as 3-5"
    end
    from = tonumber(from)
    return { from, to ~= "" and tonumber(to) or from }
  elseif kind == "integer" or kind == "number" then
    local number = tonumber(value)
    if not number or number < 0 or (kind == "integer" and number % 1 ~= 0) then
      return nil, ("%s is a%s number"):format(name, kind == "integer" and " whole" or "")
    end
    return number
  elseif kind == "boolean" then
    if value == true or value == "true" then
      return true
    elseif value == false or value == "false" then
      return false
    end
    return nil, name .. " is true or false"
  end
  if type(value) ~= kind then
    return nil, ("%s is a %s"):format(name, kind)
  end
  return value
end

local function read_fields(given)
  local rule = {}
  for name, value in pairs(given) do
    if not FIELDS[name] then
      return nil, suggest.unknown("field", name, suggest.keys(FIELDS))
    end
    local converted, message = convert(name, value)
    if message then
      return nil, message
    end
    rule[name] = converted
  end
  return rule
end

local function acts(rule)
  for _, action in ipairs(ACTIONS) do
    if rule[action] ~= nil then
      return true
    end
  end
  return false
end

local function read_plan(given)
  local plan = {}
  for number, step in ipairs(given) do
    if type(step) ~= "table" then
      return nil, ("step %d of the plan is not an object"):format(number)
    end
    local read, message = read_fields(step)
    if read and next(read) ~= nil and not acts(read) then
      message = "nothing happens"
    end
    if message then
      return nil, ("step %d of the plan: %s"):format(number, message)
    end
    plan[number] = read
  end
  return plan
end

--- Checks a rule.
---@param given table<string, any>
---@return table|nil rule
---@return string|nil message
function fault_rules.check(given)
  local rule, message = read_fields(given)
  if not rule then
    return nil, message
  elseif rule.plan then
    rule.plan, message = read_plan(rule.plan)
    if not rule.plan then
      return nil, message
    end
  elseif not acts(rule) then
    return nil, "nothing happens; say one of " .. table.concat(ACTIONS, ", ")
  end
  return rule
end

--- Reads `operation=contacts.create,nth=3,drop=after`.
---@param text string
---@return table|nil rule
---@return string|nil message
function fault_rules.parse(text)
  local given = {}
  for pair in text:gmatch("[^,]+") do
    local name, value = pair:match("^%s*([%w_-]+)%s*=%s*(.-)%s*$")
    if not name then
      return nil, ("%q is not of the form name=value"):format(pair)
    end
    given[name:gsub("-", "_")] = value
  end
  -- It was checked here so that the command can refuse it.
  local rule, message = fault_rules.check(given)
  if not rule then
    return nil, message
  end
  return given
end

return fault_rules
