--- Matches the rows of an import with contacts: decides between lookups and a scan, and
-- yields the rows with their contacts.

local bulk_api = require "extcontacts.fix.bulk_api"
local cells = require "extcontacts.fix.import.cells"
local id_reader = require "extcontacts.record.normalize.id"
local looked_up = require "extcontacts.fix.import.looked_up"
local match = require "extcontacts.fix.import.match"
local organizations = require "extcontacts.fix.import.organizations"
local outcome = require "extcontacts.api.outcome"
local scanned = require "extcontacts.fix.import.scanned"

local matching = {}

-- Contacts that one request of a scan returns, and records that one bulk request reads.
local PAGE, BULK = 200, 50
-- Contacts of an organization that does not say how many it has.
local ASSUMED = 100000
-- Creates of longer files are not looked up again when the plan is applied: that takes a
-- request for each.
local MOST_GUARDED = 2000

---@class extcontacts.fix.ImportMatching
---@field by "scan"|"lookup"
---@field rows integer
---@field match string the identifiers in the order in which they were tried: "email,phone"
---@field contacts integer|nil of the organization, as far as the server says

---@class extcontacts.fix.ImportRun
---@field organizations extcontacts.fix.ImportOrganizations
local Run = {}
Run.__index = Run

--- Starts a run.
---@param file extcontacts.fix.ImportFile
---@param kinds string[]
---@param options extcontacts.fix.ImportOptions
---@return extcontacts.fix.ImportRun
function matching.new(file, kinds, options)
  local order, naming, is_kind = {}, {}, {}
  for index, column in ipairs(file.mapped) do
    order[index] = column.field
    naming[#naming + 1] = cells.names_record(column.field) and column.field or nil
  end
  for _, kind in ipairs(kinds) do
    is_kind[kind] = true
  end
  return setmetatable({
    file = file, kinds = kinds, is_kind = is_kind, options = options, taken = {},
    cell_options = { region = options.region, clear_empty = options.clear_empty, order = order },
    name_options = { region = options.region, order = naming },
    organizations = organizations.new(options.external_source, options.create_organizations),
  }, Run)
end

-- The rows, with the identifiers that count; at first only what names a record is read.
local function rows(self, is_first)
  local next_fields = self.file:rows()
  local options = is_first and self.name_options or self.cell_options
  return function()
    local fields, number, problem = next_fields()
    if not fields then
      return nil
    end
    local row = cells.read(number, fields, self.file:values(fields), options)
    if problem then
      row.problems = { problem }
    end
    local identifiers = {}
    for _, identifier in ipairs(row.identifiers) do
      identifiers[#identifiers + 1] = self.is_kind[identifier.kind] and identifier or nil
    end
    row.identifiers = identifiers
    return row
  end
end

-- How many contacts there are; nil if the server does not say so, or refuses the listing.
local function total(client)
  local page, err = client:call("contacts.list", { page_size = 1 })
  if err and outcome.is_service_failure(err) then
    error(err, 0)
  end
  return page and type(page.total) == "number" and page.total or nil
end

local function choose(self, facts)
  local asked = self.options.matching
  if asked == "scan" or asked == "lookup" then
    return asked
  end
  local pages = (facts.contacts or ASSUMED) / PAGE
  local has_ids_only = #self.kinds == 1 and self.kinds[1] == "id"
  return (has_ids_only and facts.rows / BULK or facts.rows) > pages and "scan" or "lookup"
end

--- Reads the file once and decides how contacts are found.  Raises an error object if that
-- fails.
---@param client table
---@return extcontacts.fix.ImportMatching
function Run:prepare(client)
  local facts = { rows = 0, contacts = total(client), match = table.concat(self.kinds, ",") }
  local scan = scanned.new(self.kinds, self.options.external_source)
  for row in rows(self, true) do
    facts.rows = facts.rows + 1
    if #row.problems == 0 then
      for _, identifier in ipairs(row.identifiers) do
        scan:want(identifier)
      end
      if row.organization then
        self.organizations:want(row.organization.key)
      end
    end
  end
  facts.by = choose(self, facts)
  self.contacts = facts.by == "scan" and scan or looked_up.new(client, self.options.external_source)
  self.facts = facts
  return facts
end

--- Scans what has to be scanned.
---@param client table
function Run:find_all(client)
  local on_contact = self.options.on_contact
  if self.organizations.count > 0 then
    self.organizations:run(client)
  end
  if self.facts.by == "scan" then
    self.contacts:run(client, on_contact and function(count)
      on_contact(count, self.facts)
    end)
  end
end

local function rejected(item, reason, detail)
  item.skipped, item.detail, item.named, item.record = reason, detail, nil, nil
  return item
end

local TAKEN = "duplicate row: another row of the file is about the same contact"

-- An item whose contact no other row may have.
local function take(self, item, key)
  local row = self.taken[key]
  if row then
    return rejected(item, TAKEN, ("row %d"):format(row))
  end
  self.taken[key] = item.number
  return item
end

-- A row without a contact.
local function without_contact(self, item)
  local row = item.row
  if row.id then
    return rejected(item, match.UNKNOWN_ID)
  elseif not self.options.create then
    return rejected(item, match.NOBODY)
  end
  for _, identifier in ipairs(row.identifiers) do
    local creator = self.contacts:creator(identifier)
    if creator then
      return rejected(item, TAKEN, ("row %d, %s"):format(creator, identifier.field))
    end
  end
  for _, identifier in ipairs(row.identifiers) do
    self.contacts:claim(identifier, row.number)
  end
  item.missing, item.absent = true, match.NOBODY
  return item
end

-- Checks the contact that was found for a row.
local function with_contact(self, item, contact)
  local row, source = item.row, self.options.external_source
  if not contact then
    return rejected(item, match.UNKNOWN_ID)
  elseif row.id and row.id ~= id_reader.key(item.named and item.named.id or contact.id) then
    return rejected(item, match.CONTRADICTION, "id")
  end
  local has_one = row.id ~= nil
  for _, identifier in ipairs(row.identifiers) do
    if has_one then
      break
    end
    has_one = cells.has(contact, identifier, source)
  end
  if not has_one then
    return rejected(item, match.CHANGED)
  end
  item.record, item.reference, item.named = contact, { kind = "contact", id = contact.id }, nil
  return item
end

-- The contact of a row: read from the scan, or to be read with others.
local function find_contact(self, item)
  local row = item.row
  if #row.problems > 0 then
    return rejected(item, table.concat(row.problems, "; "))
  end
  local contact, reason, detail = match.find(row, self.contacts, self.kinds)
  if reason then
    return rejected(item, reason, detail)
  elseif contact == nil then
    return without_contact(self, item)
  elseif not self.contacts.read then
    item.named = { kind = "contact", id = contact }
    return take(self, item, contact)
  end
  local found = self.contacts:read(contact)
  item = with_contact(self, item, found)
  return item.skipped and item or take(self, item, contact)
end

--- Iterates over the rows, each with its contact.
---@param client table
---@return fun(): extcontacts.fix.Item|nil
function Run:items(client)
  local next_row = rows(self)
  local next_record = bulk_api.reader(client, function()
    local row = next_row()
    return row and find_contact(self, { row = row, number = row.number })
  end, function(item)
    return item.named
  end)
  return function()
    local item, contact = next_record()
    if item and item.named then
      local asked = item.named.id
      item = with_contact(self, item, contact)
      -- A contact that was merged is answered with the one that it was merged into.
      if item.record and item.record.id ~= asked then
        item = take(self, item, item.record.id)
      end
    end
    return item
  end
end

--- The address that no contact may have when a row's contact is created; nil for a long
-- file.
---@param row extcontacts.fix.ImportRow
---@return string|nil
function Run:address_of(row)
  if self.facts.rows > MOST_GUARDED then
    return nil
  end
  for _, identifier in ipairs(row.identifiers) do
    if identifier.kind == "email" or identifier.kind == "phone" then
      return identifier.value
    end
  end
end

--- Releases the temporary file.
function Run:close()
  self.contacts:close()
end

return matching
