--- Writes a snapshot.  Until it is complete it is a partial file, with which the
-- same call resumes however the process ended.

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local partial = require "extcontacts.snapshot.partial"
local types = require "extcontacts.record.types"

local export = {}

---@class extcontacts.snapshot.ExportOptions
---@field only string[]|nil listings; default all
---@field restart boolean|nil start over instead of resuming an earlier export
---@field overwrite boolean|nil replace an existing snapshot once this one is complete
---@field same_organization boolean|nil of an export that is resumed: as for `fix.apply`
---@field on_page fun(progress: extcontacts.snapshot.Progress)|nil called after each page

---@class extcontacts.snapshot.Progress
---@field listing string
---@field count integer records of the listing so far
---@field resumed integer|nil in the first report of a resumed export: records that are there already
---@field expired boolean|nil the listing is read again because its cursor has expired

local OPTIONS = {
  only = { "table" }, restart = { "boolean" }, overwrite = { "boolean" }, on_page = { "function" },
  same_organization = { "boolean" },
}

-- One run: `client`, `header`, `partial`, `on_page`.
local Export = {}
Export.__index = Export

function Export:report(section, fields)
  if self.on_page then
    local progress = fields or {}
    progress.listing, progress.count = section.listing, section.count
    self.on_page(progress)
  end
end

-- Reads pages from a token on.  A page counts once its state is saved.
function Export:read_pages(section, token)
  local iterator = self.client[types.listings[section.listing].scan](self.client, { from = token })
  for page in iterator:pages() do
    local lines = {}
    for index, record in ipairs(page.entities) do
      lines[index] = format.line(self.partial.chain, section.listing, record)
    end
    self.partial:write(table.concat(lines))
    section.count = section.count + #lines
    self.partial:save(self.header, section.listing, iterator:resume_token())
    self:report(section)
  end
end

-- A cursor lives for 24 hours; the listing of an expired one is read again.
function Export:read_listing(section, token)
  local done, err = errors.catch(function()
    self:read_pages(section, token)
    return true
  end)
  if done then
    return
  elseif token and err.kind == "http" and err.status == 400 then
    self.partial:rewind(section.offset)
    section.count = 0
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
      self.partial:save(self.header, listing)
    end
    if is_current or not state then
      self:read_listing(section, is_current and state.token or nil)
      state = nil
    end
  end
end

-- Raises if an earlier export can't be resumed by this one.
local function check_same(path, header, client, names, same_organization)
  local same, err = identity.check(path .. ": the unfinished export", header, client, same_organization)
  if not same and err.kind == "invalid" then
    errors.raise_invalid(err.message .. "; to start over, use restart = true (--restart) or another name", err.code)
  end
  assert(same, err)
  if table.concat(header.listings, ",") ~= table.concat(names, ",") then
    errors.raise_invalid(path .. ": the unfinished export has other listings; "
      .. "use restart = true (--restart) or another name", "listings")
  end
end

-- Starts or resumes; returns the state to resume from.
function Export:start(path, names, options)
  local state = not options.restart and self.partial:state() or nil
  if state then
    check_same(path, state.header, self.client, names, options.same_organization)
    self.header = state.header
    self.partial:resume(state)
    local section = format.section(self.header, state.listing)
    self:report(section, { resumed = section.count })
    return state
  end
  self.header = {
    extcontacts_snapshot = format.VERSION,
    created = dates.text(),
    listings = core.json.array(names),
    sections = core.json.array {},
  }
  assert(identity.stamp(self.header, self.client))
  self.partial:start(format.header(self.header))
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
    self.partial = partial.open(path)
    local state = self:start(path, names, options)
    self:read_all(names, state)
    self.header.finished, self.header.sha256 = dates.text(), self.partial.chain:digest()
    self.partial:complete(format.header(self.header))
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
