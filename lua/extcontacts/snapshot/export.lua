--- Writes a snapshot.  A file under its own name is complete; until then it
-- stands beside it, with a note of how far it got, so that the same call goes
-- on after any end of the process.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local format = require "extcontacts.snapshot.format"
local identity = require "extcontacts.fix.identity"
local types = require "extcontacts.record.types"

local export = {}

---@class extcontacts.snapshot.ExportOptions
---@field only string[]|nil listings; default all
---@field restart boolean|nil begin anew, whatever an earlier call left
---@field overwrite boolean|nil replace a snapshot of that name once this one is complete
---@field on_page fun(progress: extcontacts.snapshot.Progress)|nil called after each page

---@class extcontacts.snapshot.Progress
---@field listing string
---@field count integer records of the listing so far
---@field resumed integer|nil records an earlier call had written, in the first report
---@field expired boolean|nil the listing is read again, since its cursor has expired

local OPTIONS = {
  only = { "table" }, restart = { "boolean" }, overwrite = { "boolean" }, on_page = { "function" },
}

local Export = {}
Export.__index = Export

local function now()
  return os.date "!%Y-%m-%dT%H:%M:%SZ"
end

local function raise(...)
  error(select(2, ...), 0)
end

-- How far it got: everything before `offset` counts, what is behind does not.
function Export:save(listing, token)
  errors.check_io(self.file:sync())
  local writer, err = atomic_lines.write(self.state_path)
  if not writer then
    error(err, 0)
  end
  local text = assert(core.json.encode({
    header = self.header, listing = listing, token = token, offset = self.offset,
  }, { sort_keys = true }))
  local ok
  ok, err = writer:put(text .. "\n")
  if ok then
    ok, err = writer:finish()
  end
  if not ok then
    error(err, 0)
  end
end

function Export:write(text)
  errors.check_io(self.file:write(text))
  self.offset = self.offset + #text
end

function Export:cut(offset)
  errors.check_io(self.file:truncate(offset))
  self.offset = offset
end

function Export:report(section, more)
  if self.on_page then
    local progress = more or {}
    progress.listing, progress.count = section.listing, section.count
    self.on_page(progress)
  end
end

-- Pages from the token on, each written whole before it counts.
function Export:read_pages(section, token)
  local iterator = self.client[types.listings[section.listing].scan](self.client, { from = token })
  for page in iterator:pages() do
    local parts = {}
    for index, record in ipairs(page.entities) do
      parts[index] = format.line(section.listing, record)
    end
    self:write(table.concat(parts))
    section.count = section.count + #parts
    self:save(section.listing, iterator:resume_token())
    self:report(section)
  end
end

-- A cursor lives 24 hours; the listing of one that has expired is read again.
function Export:read_listing(section, token)
  local done, err = errors.catch(function()
    self:read_pages(section, token)
    return true
  end)
  if done then
    return
  elseif token and err.kind == "http" and err.status == 400 then
    self:cut(section.offset)
    section.count = 0
    self:report(section, { expired = true })
    self:read_pages(section)
  else
    error(err, 0)
  end
end

local function section_of(header, listing)
  for _, section in ipairs(header.sections) do
    if section.listing == listing then
      return section
    end
  end
end

function Export:read_all(names, state)
  for _, listing in ipairs(names) do
    local section = section_of(self.header, listing)
    local is_current = state and state.listing == listing
    if not section then
      section = { listing = listing, offset = self.offset, count = 0 }
      self.header.sections[#self.header.sections + 1] = section
      self:save(listing)
    end
    if is_current or not state then
      self:read_listing(section, is_current and state.token or nil)
      state = nil
    end
  end
end

-- The header with the counts, and the name.
function Export:complete()
  self.header.finished = now()
  local again = errors.check_io(core.file.open(self.partial_path, "update"))
  errors.check_io(again:write(format.header(self.header)))
  errors.check_io(again:sync())
  again:close()
  errors.check_io(core.file.rename(self.partial_path, self.path))
  os.remove(self.state_path)
end

------------------------------------------------------------------- starting --

-- What an earlier call left, if it can be gone on from.
local function earlier_state(self, names)
  local text = files.read(self.state_path)
  local state = text and core.json.decode(text)
  if type(state) ~= "table" or type(state.offset) ~= "number" or errors.check_io(self.file:size()) < state.offset then
    return nil
  end
  local server = identity.server(self.client)
  if state.header.server ~= server then
    raise(errors.invalid(("%s was begun from %s, and this is %s; restart it, or export under another name")
      :format(self.path, state.header.server, server), "server"))
  elseif table.concat(state.header.listings, ",") ~= table.concat(names, ",") then
    raise(errors.invalid(self.path .. " was begun with other listings; restart it", "listings"))
  end
  return state
end

local function begin(self, names)
  self.file = errors.check_io(core.file.open(self.partial_path, "update"))
  local free, message, code = self.file:lock()
  if free == nil then
    errors.check_io(free, message, code)
  elseif not free then
    raise(errors.locked(self.path .. " is being exported by another process"))
  end
  local state = not self.restart and earlier_state(self, names) or nil
  if state then
    self.header = state.header
    self:cut(state.offset)
    local section = section_of(self.header, state.listing)
    self:report(section, { resumed = section.count })
    return state
  end
  self.header = {
    extcontacts_snapshot = format.VERSION,
    server = identity.server(self.client),
    created = now(),
    listings = core.json.array(names),
    sections = core.json.array {},
  }
  self:cut(0)
  self:write(format.header(self.header))
end

--- Writes a snapshot, or goes on with one that an earlier call began.
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
    return errors.invalid(path .. " is there already; export under another name, or pass overwrite = true "
      .. "(the command: --overwrite)", "exists")
  end
  local self = setmetatable({
    client = client,
    path = path,
    partial_path = path .. ".partial",
    state_path = path .. ".partial.state",
    restart = options.restart,
    on_page = options.on_page,
    offset = 0,
  }, Export)
  local done, err = errors.catch(function()
    local state = begin(self, names)
    self:read_all(names, state)
    self:complete()
    return true
  end)
  if self.file then
    self.file:close()
  end
  if not done then
    return nil, err
  end
  return self.header
end

return export
