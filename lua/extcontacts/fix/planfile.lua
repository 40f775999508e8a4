--- The plan file: a header, one line for each change, and an end with the digest
-- of the rest.  docs/fix.md describes the format.

local atomic_lines = require "extcontacts.base.atomic_lines"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local planfile = {}

local VERSION = 2

---@class extcontacts.fix.Header
---@field extcontacts_plan integer version of the format
---@field name string
---@field created string ISO 8601
---@field by string
---@field system_user string name of the operating system's user who made the plan
---@field server string
---@field organization string|nil its id, if known
---@field organization_unknown string|nil why the server did not say it
---@field client string|nil digest of the OAuth client's id
---@field fix { path: string|nil, sha256: string|nil }
---@field source table
---@field options table
---@field limit integer|nil changes after which the plan was to stop
---@field undoes string|nil `sha256` of the plan that this one undoes

---@class extcontacts.fix.Change
---@field n integer from 1
---@field kind extcontacts.record.TypeName
---@field op "update"|"create"|"delete"|"erase"|"merge"|"promote"
---@field class "reversible"|"partly_reversible"|"irreversible"
---@field id string|nil nil for a create
---@field owner string|nil
---@field before table|nil
---@field after table|nil
---@field diff extcontacts.record.Difference[]|nil
---@field digest string|nil of the canonical form of a record that is erased
---@field old_id string|nil of a create that recreates a deleted record or copies a moved one: its old id
---@field unless_exists string|nil of a create: skipped when a contact has this address by then
---@field ids string[]|nil of a merge: the contacts
---@field members table[]|nil of a merge: the contacts as they were read, in the same order
---@field override table|nil of a merge: the values that the request sets
---@field needs integer|nil number of an earlier change without which this one is not executed
---@field copies { modify_date: string|nil, digest: string }|nil of a create that copies a record of another division:
--- the record as it was planned; its id is `old_id`
---@field move { division: string, identifiers: table[], lost: table[]|nil }|nil of the deletion of a record that is
--- moved: where its copy is, the identifiers that the copy gets, and those whose loss is accepted
---@field emptied boolean|nil of a contact's delete: it must have no notes by then
---@field lost extcontacts.record.LostValue[]|nil values of the contacts that the result does not have
---@field merged_into string|nil while it is executed: this plan merged its contact into this one, with this id
---@field dependents extcontacts.fix.Dependents|nil of a record that is deleted; of an erase, their numbers only
---@field rebase boolean|nil of an update: other fields of the record may have changed since
---@field warnings extcontacts.record.Warning[]|nil
---@field forgotten boolean|nil the change was about a person who was forgotten: only its place in the plan is left
---@field label string|nil of an erase: the name of its record, which the plan does not contain (fix/people)
---@field hash string SHA-256 of the line without this field

---@class extcontacts.fix.Totals
---@field changes integer
---@field records integer read
---@field unselected integer|nil of these: records for which the caller's condition does not hold
---@field operations table<string, integer> by `kind.op`
---@field classes table<string, integer>
---@field fields table<string, integer>
---@field warnings table<string, integer> by code
---@field skipped table<string, integer> by reason
---@field assumptions string[]|nil what the plan takes for granted: "12 numbers assumed GB: contact has no country"
---@field limited boolean|nil the plan stopped at its header's `limit`: there may be more to change
---@field series integer|nil changes that need another one
---@field dependents table<string, integer>|nil notes, relationships and linked contacts of records that are deleted
---@field recreated integer|nil creates that recreate deleted records, or copy moved ones, with new ids
---@field moves table<string, integer>|nil records that are moved to another division, by kind
---@field fills integer|nil updates that only fill empty fields and can be written with a PATCH
---@field rewritten { sha256: string, forgotten: integer }|nil changes that were forgotten since, and the digest of the
--- file that is left
---@field sha256 string of the header without `created`, `by` and `system_user`, and of the changes: the plan's identity

local function encode(value)
  return assert(core.json.encode(value, { sort_keys = true }))
end

------------------------------------------------------------------- writing --

---@class extcontacts.fix.PlanWriter
local Writer = {}
Writer.__index = Writer

-- The identity of a plan does not depend on its author and time.
local function start_hash(header)
  local hashed = {}
  for name, value in pairs(header) do
    hashed[name] = value
  end
  hashed.created, hashed.by, hashed.system_user = nil, nil, nil
  return core.hash.new():add(encode(hashed)):add("\n")
end

--- Starts a plan file.
---@param path string
---@param header table without the version
---@param guard (fun(): true|nil, extcontacts.Error|nil)|nil whether the plan may have this path; called at the start
--- and the end, while no other process can write the plan
---@return extcontacts.fix.PlanWriter|nil
---@return extcontacts.Error|nil
function planfile.write(path, header, guard)
  local file, err = atomic_lines.write(path, true)
  if not file then
    return nil, err
  end
  header.extcontacts_plan = VERSION
  local self = setmetatable({ file = file, hash = start_hash(header), count = 0, guard = guard }, Writer)
  local ok
  ok, err = self:check_path()
  if ok then
    ok, err = file:put((checked_lines.seal(encode(header))))
  end
  if not ok then
    file:abandon()
    return nil, err
  end
  return self
end

--- Whether the plan may still have its path.
---@return true|nil
---@return extcontacts.Error|nil
function Writer:check_path()
  if self.guard then
    return self.guard()
  end
  return true
end

--- Adds a change and sets its number and hash.
---@param change extcontacts.fix.Change
---@return true|nil
---@return extcontacts.Error|nil
function Writer:change(change)
  self.count = self.count + 1
  change.n = self.count
  local text = encode(change)
  change.hash = core.hash.sha256(text)
  text = text:sub(1, -2) .. ',"hash":"' .. change.hash .. '"}\n'
  self.hash:add(text)
  return self.file:put(text)
end

--- Completes the plan and gives the file its name.
---@param totals table without `changes` and `sha256`, which are added
---@return extcontacts.fix.Totals|nil
---@return extcontacts.Error|nil
function Writer:finish(totals)
  totals.changes, totals.sha256 = self.count, self.hash:digest()
  local ok, err = self.file:put((checked_lines.seal(encode { ["end"] = totals })))
  if ok then
    ok, err = self:check_path()
  end
  if ok then
    ok, err = self.file:finish()
  end
  if not ok then
    return nil, err
  end
  return totals
end

function Writer:abandon()
  self.file:abandon()
end

------------------------------------------------------------------- reading --

---@class extcontacts.fix.PlanReader
---@field header extcontacts.fix.Header
---@field totals extcontacts.fix.Totals|nil set at the end
local Reader = {}
Reader.__index = Reader

local function damaged(self, why)
  errors.raise_invalid(("%s: line %d: %s; plan again"):format(self.path, self.line, why))
end

local function read_line(self)
  local line, whole = self.next_line()
  self.line = self.line + 1
  if line and not whole then
    damaged(self, "the line is incomplete")
  end
  return line
end

-- Bytes of `,"hash":"…"}` at the end of a change's line.
local HASH_BYTES = 75

-- Checks a change against the hash at the end of its line.
local function check_change(self, line)
  local hash = line:sub(-HASH_BYTES):match '^,"hash":"(%x+)"}$'
  if not hash then
    damaged(self, "not a change")
  elseif core.hash.new():add(line, #line - HASH_BYTES):add("}"):digest() ~= hash then
    damaged(self, "the change was edited after planning")
  end
end

local function take_end(self, line)
  local last = core.json.decode(line)
  local totals = last and last["end"]
  if type(totals) ~= "table" then
    damaged(self, "not the end of a plan")
  elseif not checked_lines.check(line) then
    damaged(self, "the end of the plan is damaged")
  elseif totals.changes ~= self.count or (totals.rewritten or totals).sha256 ~= self.hash:digest() then
    damaged(self, "changes are missing or were added")
  elseif read_line(self) then
    damaged(self, "text follows the end of the plan")
  end
  self.totals = totals
  self.close()
end

local function open(path, on_block)
  local next_line, err, close = atomic_lines.read(path, "own", on_block)
  if not next_line then
    return nil, err
  end
  local self = setmetatable({
    path = path, next_line = next_line, close = close, line = 0, count = 0,
  }, Reader)
  return errors.catch(function()
    local line = read_line(self)
    local header = line and core.json.decode(line)
    if type(header) ~= "table" or not header.extcontacts_plan then
      close()
      return errors.invalid(path .. ": not a plan file", "plan")
    elseif header.extcontacts_plan ~= VERSION then
      close()
      return errors.invalid(("%s: the plan has format %s, and this version reads format %d; plan again"):format(
        path, tostring(header.extcontacts_plan), VERSION), "plan")
    elseif not checked_lines.check(line) then
      close()
      damaged(self, "the header is damaged")
    end
    header.crc = nil
    self.hash = start_hash(header)
    self.header = header
    return self
  end)
end

-- Returns a function that takes the blocks of a file in order, and raises an error
-- object for one that is not the block that was read before.
local function same_blocks(path, digests)
  local count = 0
  return function(block)
    count = count + 1
    if block ~= "" and core.hash.sha256(block) ~= digests[count] then
      errors.raise_invalid(path .. ": the plan was changed or replaced while it was in use; restore the plan that was "
        .. "applied, and resume it", "replaced")
    end
  end
end

--- Opens a plan and reads its header.
---@param path string
---@param digests string[]|nil of the blocks of the file, from `check`: every other byte is refused, before the change
--- that contains it is returned
---@return extcontacts.fix.PlanReader|nil
---@return extcontacts.Error|nil
function planfile.open(path, digests)
  return open(path, digests and same_blocks(path, digests))
end

-- The checked line of the next change; nil at the end.
local function next_change(self)
  local line = not self.totals and read_line(self)
  if line == nil then
    damaged(self, "the end of the plan is missing")
  elseif not line then
    return nil
  elseif line:sub(1, 7) == '{"end":' then
    take_end(self, line)
    return nil
  end
  self.hash:add(line):add("\n")
  self.count = self.count + 1
  check_change(self, line)
  return line
end

--- The next change; nil at the end, when `totals` is set.  Raises an error
-- object when the plan is damaged.
---@return extcontacts.fix.Change|nil
function Reader:next()
  local line = next_change(self)
  if not line then
    return nil
  end
  local change = core.json.decode(line)
  if type(change) ~= "table" or change.n ~= self.count then
    damaged(self, "the number of the change is wrong")
  end
  return change
end

-- The line that replaces a change about a person who is forgotten.
local function forgotten(change)
  return { n = change.n, kind = change.kind, op = change.op, class = change.class, needs = change.needs,
    forgotten = true }
end

local function rewrite(reader, file, is_about)
  local hash, count, total = start_hash(reader.header), 0, 0
  assert(file:put((checked_lines.seal(encode(reader.header)))))
  for change in reader.next, reader do
    change.hash = nil
    if not change.forgotten and is_about(change) then
      change, count = forgotten(change), count + 1
    end
    total = total + (change.forgotten and 1 or 0)
    local text = encode(change)
    text = text:sub(1, -2) .. ',"hash":"' .. core.hash.sha256(text) .. '"}\n'
    hash:add(text)
    assert(file:put(text))
  end
  local totals = reader.totals
  totals.rewritten = { sha256 = hash:digest(), forgotten = total }
  assert(file:put((checked_lines.seal(encode { ["end"] = totals }))))
  return count
end

--- Replaces the changes about people by lines without personal data.  The plan keeps
-- its digest, by which its journal and its undo know it, and can't be applied any more.
---@param path string
---@param is_about fun(change: extcontacts.fix.Change): boolean
---@return integer|nil count changes that were forgotten; the file stays as it is if there are none
---@return extcontacts.Error|nil
function planfile.forget(path, is_about)
  local file, err = atomic_lines.write(path, true)
  if not file then
    return nil, err
  end
  local reader -- opened once no other process can rewrite the plan
  reader, err = planfile.open(path)
  if not reader then
    file:abandon()
    return nil, err
  end
  local count
  count, err = errors.catch(rewrite, reader, file, is_about)
  reader.close()
  if count and count > 0 then
    local ok
    ok, err = file:finish()
    return ok and count, err
  end
  file:abandon()
  return count, err
end

--- Checks a whole plan: every hash, the number of changes and the digest.
---@param path string
---@return { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals, digests: string[] }|nil plan `digests` are
--- for `open`, which then reads these bytes or none
---@return extcontacts.Error|nil
function planfile.check(path)
  local digests = {}
  local reader, err = open(path, function(block)
    digests[#digests + 1] = core.hash.sha256(block)
  end)
  if not reader then
    return nil, err
  end
  return errors.catch(function()
    repeat
      local line = next_change(reader)
    until not line
    return { header = reader.header, totals = reader.totals, digests = digests }
  end)
end

return planfile
