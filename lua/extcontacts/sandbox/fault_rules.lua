--- Fault rules: their fields, and the checks of rules from the command line and
-- from JSON.

local options = require "extcontacts.base.options"
local texts = require "extcontacts.base.text"

local fault_rules = {}

-- In the form that `extcontacts.base.options` checks.
local FIELDS = {
  -- The requests a rule matches.
  operation = { "string" },                               -- short name or `oauth.token`; `*` allowed
  method = { "string" },
  path = { "string" },                                    -- `*` allowed
  nth = { "table" },                                      -- { 3, 5 }: the 3rd to 5th match; see `read_range`
  every = { "number", whole = true, least = 0 },          -- each n-th match
  rate = { "number", least = 0 },                         -- a share of the matches
  times = { "number", whole = true, least = 0 },          -- how often the rule applies at most
  seed = { "number", whole = true, least = 0 },           -- of the matches that `rate` selects
  plan = { "table" },                                     -- one step per match; {} for no fault
  -- The effects of a rule.
  status = { "number", whole = true, least = 0 },
  code = { "string" },                                    -- of the error body
  retry_after = { "number", least = 0 },                  -- seconds; without it a 429 has no Retry-After
  headers = { "table" },
  after = { "boolean" },                                  -- run the operation before sending the status
  delay = { "number", least = 0 },                        -- seconds before the operation runs
  drop = { "string", choices = { "before", "after" } },   -- reset the connection before or after it runs
  cut = { "number", whole = true, least = 0 },            -- bytes of the body to send
  body = { "string", choices = { "html", "empty", "garbage" } },
  content_type = { "string" },
  cursor = { "string", choices = { "expired" } },
  token = { "string", choices = { "revoked" } },
  extra_field = { "boolean" },                            -- add an unknown field to each record
  merge = { "table" },                                    -- fields to add to the response's object
  edit = { "table" },                                     -- fields that someone changes once the record is read
  -- The items of a bulk request that fail or, with `edit`, are changed.
  item = { "table" },                                     -- { 3, 5 }: the 3rd to 5th item
  item_rate = { "number", least = 0 },                    -- a share of the items
  item_status = { "number", whole = true, least = 0 },
  item_code = { "string" },
  item_after = { "boolean" },                             -- carry out the items before they fail
  retryable = { "boolean" },                              -- default: for 429 and 5xx
}

fault_rules.fields = FIELDS

-- Fields that have an effect by themselves.
local EFFECTS = {
  "status", "delay", "drop", "cut", "body", "content_type", "cursor", "token", "extra_field", "merge", "edit",
  "item_status",
}

local NO_EFFECT = "the rule has no effect; add one of " .. table.concat(EFFECTS, ", ")

-- "3" as { 3, 3 } and "3-5" as { 3, 5 }; nil for any other text.
local function read_range(text)
  local from, to = tostring(text):match("^(%d+)%-?(%d*)$")
  return from and { tonumber(from), tonumber(to) or tonumber(from) }
end

-- Values of the command line are strings.
local function convert(name, value)
  local rule = FIELDS[name]
  if rule and rule[1] == "number" then
    return tonumber(value) or value
  elseif rule and rule[1] == "boolean" and (value == "true" or value == "false") then
    return value == "true"
  end
  return value
end

-- The fields of a rule or of a step of its plan.
local function read_fields(args)
  local fields = {}
  for name, value in pairs(args) do
    if name == "nth" or name == "item" then
      fields[name] = read_range(value)
      if not fields[name] then
        return nil, ("field '%s' must be a number or a range such as 3-5"):format(name)
      end
    else
      fields[name] = convert(name, value)
    end
  end
  local misuse = options.problem(fields, FIELDS, "rule", "field")
  if misuse then
    return nil, misuse
  end
  return fields
end

local function has_effect(fields)
  for _, name in ipairs(EFFECTS) do
    if fields[name] ~= nil then
      return true
    end
  end
  return false
end

local function read_plan(steps)
  local plan = {}
  for number, step in ipairs(steps) do
    local fields, misuse
    if type(step) ~= "table" then
      misuse = "it must be an object"
    else
      fields, misuse = read_fields(step)
      if fields and next(fields) ~= nil and not has_effect(fields) then
        misuse = NO_EFFECT
      end
    end
    if misuse then
      return nil, ("step %d of the plan: %s"):format(number, misuse)
    end
    plan[number] = fields
  end
  return plan
end

--- Checks a rule.
---@param args table<string, any>
---@return table|nil rule with its values converted
---@return string|nil misuse
function fault_rules.check(args)
  local rule, misuse = read_fields(args)
  if not rule then
    return nil, misuse
  elseif rule.plan then
    rule.plan, misuse = read_plan(rule.plan)
    if not rule.plan then
      return nil, misuse
    end
  elseif not has_effect(rule) then
    return nil, NO_EFFECT
  end
  return rule
end

--- Reads `operation=contacts.create,nth=3,drop=after` and checks it.
---@param text string
---@return table<string, string>|nil args for `check`, which the server calls again
---@return string|nil misuse
function fault_rules.parse(text)
  local args = {}
  for pair in text:gmatch("[^,]+") do
    local name, value = pair:match("^%s*([%w_-]+)%s*=(.*)$")
    if not name then
      return nil, ("'%s' is not NAME=VALUE"):format(pair)
    end
    args[name:gsub("-", "_")] = texts.trim(value)
  end
  local rule, misuse = fault_rules.check(args)
  if not rule then
    return nil, misuse
  end
  return args
end

return fault_rules
