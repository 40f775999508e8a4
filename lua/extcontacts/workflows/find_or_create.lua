--- `client.contacts:find_or_create`: the contact that an identifier belongs to, or a new
-- one.  Lookups by identifier only: a search may lag behind, and finds what only
-- resembles.

local call = require "extcontacts.call"
local errors = require "extcontacts.base.errors"
local id_forms = require "extcontacts.record.normalize.id"
local identifier_fields = require "extcontacts.workflows.identifier_fields"
local merge_set = require "extcontacts.record.merge_set"
local operations = require "extcontacts.api.operations"
local organization_links = require "extcontacts.iterate.organization_links"
local outcome = require "extcontacts.api.outcome"
local params = require "extcontacts.api.params"
local shallow_copy = require "extcontacts.base.shallow_copy"

local find_or_create = {}

-- Options that lookups and other calls beside the create accept, too.
local COMMON = { "timeout", "headers", "retry", "max_attempts", "max_retry_after", "cancel" }

--- Checks the arguments.
---@param identifiers any one identifier, or an array of them
---@param record any
---@param opts any
---@return table|nil args
---@return string|nil misuse
function find_or_create.bind(identifiers, record, opts)
  if type(identifiers) ~= "table" or errors.is_error(identifiers) then
    return nil, "argument #1 (identifiers) must be a table: { type = \"Email\", value = … }, or an array of them"
  elseif identifiers.type ~= nil then
    identifiers = { identifiers }
  elseif #identifiers == 0 then
    return nil, "argument #1 (identifiers) names no identifier: { type = \"Email\", value = … }"
  end
  for index, identifier in ipairs(identifiers) do
    if type(identifier) ~= "table" or type(identifier.type) ~= "string" or type(identifier.value) ~= "string"
      or identifier.value == "" then
      return nil, ("identifier %d must have a text 'type' and a text 'value'"):format(index)
    end
  end
  local link = organization_links.of(record)
  local problem = link and organization_links.problem(link)
  if problem then
    return nil, "externalOrganization " .. problem
  end
  local _, misuse = params.bind(operations.find "contacts.create", 2, { record, opts })
  if misuse then
    return nil, (misuse:gsub("^[%w_]+: ", ""):gsub("^argument #1 %(body%)", "argument #2 (record)"))
  end
  return { identifiers = identifiers, record = record, options = opts or {} }
end

-- One run: the client's context, the arguments and the deadline.
local Run = {}
Run.__index = Run

function Run:options()
  local options = {}
  for _, name in ipairs(COMMON) do
    options[name] = self.args.options[name]
  end
  options.deadline = self.due and math.max(0.001, self.due - self.ctx.now()) or nil
  return options
end

-- Calls an operation; the last argument is the options.
function Run:call(name, ...)
  return call.named(self.ctx, name, select("#", ...), { ... })
end

-- The contact of an identifier; nil without an error if it has none.
function Run:look_up(identifier)
  local contact, err, response = self:call("lookup.contact", identifier, self:options())
  if err and outcome.is_absent(err) then
    return nil
  end
  return contact, err, response
end

local function conflict(ids)
  table.sort(ids)
  return nil, errors.new {
    kind = "conflict",
    code = "several_contacts",
    operation = "contacts.find_or_create",
    message = ("the identifiers belong to different contacts: %s; merge them, or use fewer identifiers"):format(
      table.concat(ids, ", ")),
    details = { ids = ids },
  }
end

-- The contact of all identifiers; nil without an error if none of them has one.
function Run:find()
  local found, found_response
  local ids, seen = {}, {}
  for _, identifier in ipairs(self.args.identifiers) do
    local contact, err, response = self:look_up(identifier)
    if err then
      return nil, err
    elseif contact and not seen[id_forms.key(contact.id)] then
      seen[id_forms.key(contact.id)] = true
      ids[#ids + 1] = contact.id
      found, found_response = found or contact, found_response or response
    end
  end
  if #ids > 1 then
    return conflict(ids)
  elseif found then
    found_response.found = true
    return found, nil, found_response
  end
end

-- Whether a contact is the one with an id, or that into which it was merged.
local function is_same(contact, id)
  id = id_forms.key(id)
  return id_forms.key(contact.id) == id or merge_set.contains(contact, id)
end

-- After a create: whom an identifier belongs to, if not to the new contact.  One that
-- belongs to nobody is claimed.
function Run:owner_of(identifier, id, response)
  local contact, err = self:look_up(identifier)
  if not contact and not err then
    err = select(2, self:call("contacts.identifiers.change", id, { operation = "Claim", identifier = identifier },
      self:options()))
    if err and err.kind == "conflict" then
      contact, err = self:look_up(identifier)
    end
  end
  if contact and not is_same(contact, id) then
    return contact
  elseif err then
    response.unclaimed = true -- the contact exists; only the check failed
  end
end

-- Another program may have created a contact for the same identifier meanwhile: the
-- one that owns it stays, and the new one is removed.
function Run:settle(created, response)
  for _, identifier in ipairs(self.args.identifiers) do
    local other = self:owner_of(identifier, created.id, response)
    if other then
      local deleted, err = self:call("contacts.delete", created.id, self:options())
      if not deleted and not outcome.is_absent(err) then
        return conflict { created.id, other.id }
      end
      response.found = true
      return other, nil, response
    end
  end
  return created, nil, response
end

function Run:create()
  local args = self.args
  local record, err = organization_links.linked(self.ctx, args.record, self:options())
  if not record then
    return nil, err
  end
  local problem
  record, problem = identifier_fields.fill(record, args.identifiers)
  if not record then
    return errors.invalid(problem .. "; clear one of them, or leave the identifier out", "identifier")
  end
  local options = shallow_copy(args.options)
  options.deadline = self:options().deadline
  local created, response
  created, err, response = self:call("contacts.create", record, options)
  if err and (err.kind == "conflict" or err.ambiguous) then
    local found, other_err, found_response = self:find()
    if found or other_err and other_err.kind == "conflict" then
      return found, other_err, found_response
    end
  end
  if err then
    return nil, err
  end
  response.found = false
  return self:settle(created, response)
end

--- Returns the contact of the identifiers, or creates it.
---@param ctx extcontacts.ClientContext
---@param _ string
---@param args table from `bind`
---@return table|nil contact
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil response `found` says whether the contact existed
function find_or_create.run(ctx, _, args)
  local seconds = args.options.deadline or ctx.config.deadline
  local run = setmetatable({ ctx = ctx, args = args, due = seconds and ctx.now() + seconds }, Run)
  local contact, err, response = run:find()
  if contact or err then
    return contact, err, response
  end
  return run:create()
end

return find_or_create
