--- Writes a snapshot.  Until it is complete it is a partial file, with which the
-- same call resumes however the process ended.

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local filter = require "extcontacts.snapshot.filter"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local partial = require "extcontacts.snapshot.partial"
local types = require "extcontacts.record.types"

local export = {}

---@class extcontacts.snapshot.ExportOptions
---@field only string[]|nil listings; default all
---@field where string|nil only records for which this condition holds, see docs/where.md, and their notes and
--- relationships
---@field ids string[]|nil only records with these ids, and their notes and relationships
---@field restart boolean|nil start over instead of resuming an earlier export
---@field overwrite boolean|nil replace an existing snapshot once this one is complete
---@field same_organization boolean|nil of an export that is resumed: as for `fix.apply`
---@field on_page fun(progress: extcontacts.snapshot.Progress)|nil called after each page
---@field on_absent fun(ids: string[])|nil called at the end with those of `ids` that no record has, if there are any

---@class extcontacts.snapshot.Progress
---@field listing string
---@field count integer records of the listing in the snapshot so far
---@field read integer|nil with a filter: records of the listing that were read, if they are not read by their ids
---@field resumed integer|nil in the first report of a resumed export: records that are there already
---@field expired boolean|nil the listing is read again because its cursor has expired

local OPTIONS = {
  only = { "table" }, restart = { "boolean" }, overwrite = { "boolean" }, on_page = { "function" },
  same_organization = { "boolean" }, where = { "string" }, ids = { "table" }, on_absent = { "function" },
}

-- One run: `client`, `header`, `partial`, `filter`, `on_page`.
local Export = {}
Export.__index = Export

function Export:report(section, fields)
  if self.on_page then
    local progress = fields or {}
    progress.listing, progress.count, progress.read = section.listing, section.count, section.read
    self.on_page(progress)
  end
end

-- Writes a record that was read by its id, if the filter selects it.
function Export:write(section, record)
  local reference = format.reference(section.listing, record)
  if self.filter:takes(reference, record, true) then
    self.partial:write(format.line(self.partial.chain, reference, record))
    section.count = section.count + 1
  end
end

-- The records of a page that the filter selects.
function Export:selected(section, page)
  local chosen = { entities = {}, raw = {} }
  for index, record in ipairs(page.entities) do
    if self.filter:takes(format.reference(section.listing, record), record) then
      local count = #chosen.raw + 1
      chosen.entities[count], chosen.raw[count] = record, page.raw[index]
    end
  end
  return chosen
end

-- Writes the records of a page as received.
function Export:write_texts(section, page)
  local lines, count, bytes = format.lines(self.partial.chain, section.listing, page)
  self.partial:write(lines, bytes)
  section.count = section.count + count
end

-- Reads records by their ids.  They count once all are there: a run that is resumed reads
-- them again.
function Export:read_by_ids(section, reader)
  for record in reader.next, reader do
    self:write(section, record)
    self:report(section)
  end
  self.filter:note_found(reader)
end

-- Reads pages from a token on.  A page counts once its state is saved.
function Export:read_pages(section, token)
  local listing = section.listing
  local fields = self.filter and self.filter:fields(listing) or {}
  for _, name in ipairs(format.fields(listing) or {}) do
    fields[#fields + 1] = name
  end
  local options = { from = token, fields = fields[1] and fields or nil, raw = fields[1] and true or "lines" }
  local iterator = self.client[types.listings[listing].scan](self.client, options)
  for page in iterator:pages() do
    if self.filter then
      section.read = (section.read or 0) + #page.entities
      page = self:selected(section, page)
    end
    self:write_texts(section, page)
    self.partial:save(self.header, section, iterator:resume_token())
    self:report(section)
  end
end

-- A cursor lives for 24 hours; the listing of an expired one is read again.
function Export:read_listing(section, token)
  local reader = self.filter and not token and self.filter:open(self.client, section.listing)
  if reader then
    return self:read_by_ids(section, reader)
  end
  local done, err = errors.catch(function()
    self:read_pages(section, token)
    return true
  end)
  if done then
    return
  elseif token and err.kind == "http" and err.status == 400 then
    section.count, section.read = 0, nil
    self.partial:rewind(self.header, section)
    self:report(section, { expired = true })
    self:read_pages(section)
  else
    error(err, 0)
  end
end

-- `state`: of the export that is resumed; the listings before its own are
-- complete.
function Export:read_all(names, state)
  for _, listing in ipairs(names) do
    local section = format.section(self.header, listing)
    local is_current = state and state.listing == listing
    if not section then
      section = { listing = listing, offset = self.partial.offset, count = 0 }
      self.header.sections[#self.header.sections + 1] = section
      self.partial:checkpoint(self.header, listing)
    end
    if is_current or not state then
      self:read_listing(section, is_current and state.token or nil)
      state = nil
    end
  end
end

-- Raises if an earlier export can't be resumed by this one.
local function check_same(path, header, client, wanted, same_organization)
  local same, err = identity.check(path .. ": the unfinished export", header, client, same_organization)
  if not same and err.kind == "invalid" then
    errors.raise_invalid(err.message .. "; to start over, use restart = true (--restart) or another name", err.code)
  end
  assert(same, err)
  local other = not filter.same(header.filter, wanted.filter) and "another filter"
    or table.concat(header.listings, ",") ~= table.concat(wanted.listings, ",") and "other listings"
  if other then
    errors.raise_invalid(("%s: the unfinished export has %s; use restart = true (--restart) or another name"):format(
      path, other), "listings")
  end
end

-- What the filter has to know of the records that are there already.
function Export:recall()
  local saved = self.partial:reader(self.header)
  for _, section in ipairs(self.header.sections) do
    for entry in saved:entries(section.listing) do
      self.filter:recall(entry)
    end
  end
end

-- Starts or resumes; returns the state to resume from.
function Export:start(path, names, options)
  local states = not options.restart and self.partial:states() or nil
  local header = {
    created = dates.text(),
    listings = core.json.array(names),
    filter = self.filter and self.filter.mark,
    sections = core.json.array {},
  }
  header.extcontacts_snapshot = format.version(header)
  if states then
    check_same(path, states[1].header, self.client, header, options.same_organization)
    local state = self.partial:resume(states)
    self.header = state.header
    if self.filter then
      self:recall()
    end
    local section = format.section(self.header, state.listing)
    self:report(section, { resumed = section.count })
    return state
  end
  self.header = header
  assert(identity.stamp(header, self.client))
  format.check_length(header)
  self.partial:start(format.header(header))
end

--- Writes a snapshot, or resumes an export that was interrupted.
---@param client extcontacts.Client
---@param path string
---@param options extcontacts.snapshot.ExportOptions|nil
---@return extcontacts.snapshot.Header|nil
---@return extcontacts.Error|nil
function export.run(client, path, options)
  options = options or {}
  local misuse = format.misuse(options, OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  local names = format.wanted(options.only)
  if not options.overwrite and files.exists(path) then
    return errors.invalid(path .. " already exists; use overwrite = true (--overwrite) or another name", "exists")
  end
  local self = setmetatable({ client = client, on_page = options.on_page }, Export)
  local done, err = errors.catch(function()
    self.filter = filter.new(options.where, options.ids)
    if self.filter then
      names = self.filter:listings(names, options.only ~= nil and #options.only > 0)
    end
    self.partial = partial.open(path)
    local state = self:start(path, names, options)
    self:read_all(names, state)
    self.header.finished, self.header.sha256 = dates.text(), self.partial.chain:digest()
    self.partial:complete(format.header(self.header))
    local absent = self.filter and self.filter:absent() or {}
    if #absent > 0 and options.on_absent then
      options.on_absent(absent)
    end
    return true
  end)
  if self.partial then
    self.partial:close()
  end
  if not done then
    return nil, err
  end
  return self.header
end

return export
