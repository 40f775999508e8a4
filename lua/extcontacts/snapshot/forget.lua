--- Finds what the files of plans and snapshots still say about people, removes it, and
-- searches the files afterwards.

local core = require "extcontacts.core"
local erased = require "extcontacts.snapshot.erased"
local errors = require "extcontacts.base.errors"
local forget_records = require "extcontacts.snapshot.forget_records"
local history = require "extcontacts.fix.history"
local idset = require "extcontacts.base.idset"
local leftovers = require "extcontacts.fix.leftovers"
local magic = require "extcontacts.base.magic"
local normalize = require "extcontacts.record.normalize"
local plan_files = require "extcontacts.fix.forget"
local search = require "extcontacts.snapshot.forget_search"

local forget = {}

---@class extcontacts.snapshot.ForgetFile
---@field path string
---@field kind "plan"|"journal"|"list"|"snapshot"|"leftover"|"other" a leftover is an incomplete copy of another file
---@field lines integer about the people
---@field problem string|nil why it is not rewritten or searched
---@field removed integer|nil lines that were removed; 0 for a leftover that was removed
---@field left string[]|nil what it still contains, after the search

---@class extcontacts.snapshot.Forget
---@field ids extcontacts.IdSet
---@field names string[] the ids
---@field terms table<string, true> what the search looks for
---@field files extcontacts.snapshot.ForgetFile[]
local Forget = {}
Forget.__index = Forget

-- Files that can't be searched as they are.
local function is_packed(problem)
  return problem and not problem:find("web page", 1, true) and not problem:find("XML", 1, true)
end

local function examine(self, path)
  local file, message, code = core.file.open(path, "read")
  local head = file and file:read(4096, 0)
  if file then
    file:close()
  end
  if code == "EISDIR" or (file and not head) then
    return -- a directory
  end
  local found = { path = path, lines = 0, kind = "other", problem = not file and message or nil }
  table.insert(self.files, found)
  local packed = head and magic.problem(head)
  if leftovers.original(path) then
    found.kind = "leftover"
    return
  elseif not head then
    return
  elseif is_packed(packed) then
    found.problem = "not searched: it " .. packed
    return
  end
  local is_snapshot = head:find '^{[^\n]*"extcontacts_snapshot":'
  found.kind = is_snapshot and "snapshot" or plan_files.kind_of(path, head) or "other"
  if is_snapshot and path:find "%.partial$" then
    found.kind, found.problem = "other", "an unfinished export; finish it or delete it"
  end
end

local function count(self, file)
  local function visit(line)
    search.collect(self.terms, line)
  end
  if file.kind == "snapshot" then
    file.lines = forget_records.each(file.path, self.ids, visit)
  elseif plan_files.KINDS[file.kind] then
    file.lines = plan_files.each(file.kind, file.path, self.ids, visit)
    file.problem = file.lines > 0 and plan_files.problem(file.kind, file.path) or nil
  end
end

local function add_path(self, seen, path)
  local real = core.file.real_path(path) or path
  if not seen[real] then
    seen[real] = true
    examine(self, path)
  end
end

local function find(folders, self, getenv)
  local seen = {}
  for _, folder in ipairs(folders) do
    local names = errors.check_io(core.file.list(folder == "" and "." or folder))
    table.sort(names)
    for _, name in ipairs(names) do
      add_path(self, seen, folder .. name)
    end
  end
  for _, plan in ipairs(history.paths(getenv) or {}) do
    for _, path in ipairs(plan_files.files_of(plan)) do
      add_path(self, seen, path)
    end
  end
  for _, file in ipairs(self.files) do
    local _, err = errors.catch(count, self, file)
    if err then
      file.problem = err.message
    end
  end
  return self
end

--- The ids that words name: ids, and files of an erasure (its plan, journal, proof, or a
-- list of ids).
---@param words string[]
---@return string[]|nil ids
---@return extcontacts.Error|nil
function forget.ids(words)
  return errors.catch(function()
    local list, seen = {}, {}
    local function add(id)
      list[#list + 1] = not seen[id] and id or nil
      seen[id] = true
    end
    for _, word in ipairs(words) do
      local id = normalize.id_or_address(word)
      if id then
        add(id)
      else
        erased.each_id(word, add)
      end
    end
    return list
  end)
end

--- Finds the files that say something about people.
---@param ids string[]
---@param folders string[] each ends with `/`; the files of the plans in the history are examined, too
---@param getenv (fun(name: string): string|nil)|nil of the history; default: os.getenv
---@return extcontacts.snapshot.Forget|nil
---@return extcontacts.Error|nil
function forget.find(ids, folders, getenv)
  local self = setmetatable({ ids = idset.new(), names = ids, terms = {}, files = {} }, Forget)
  for _, id in ipairs(ids) do
    self.ids:add(id)
    self.terms[id:lower()] = true
  end
  return errors.catch(find, folders, self, getenv)
end

--- The files that have lines about the people.
---@return extcontacts.snapshot.ForgetFile[]
function Forget:concerned()
  local list = {}
  for _, file in ipairs(self.files) do
    list[#list + 1] = file.lines > 0 and file or nil
  end
  return list
end

--- The copies of files that interrupted runs have left.
---@return extcontacts.snapshot.ForgetFile[]
function Forget:leftovers()
  local list = {}
  for _, file in ipairs(self.files) do
    list[#list + 1] = file.kind == "leftover" and file or nil
  end
  return list
end

--- Rewrites the files, one after the other; each is replaced when its new content is on
-- the disk, so that a run that is interrupted can be repeated.
---@return true|nil
---@return extcontacts.Error|nil
function Forget:run()
  for _, file in ipairs(self:concerned()) do
    if not file.problem then
      local removed, err
      if file.kind == "snapshot" then
        removed, err = forget_records.rewrite(file.path, self.ids)
      else
        removed, err = plan_files.rewrite(file.kind, file.path, self.ids)
      end
      if not removed then
        return nil, err
      end
      file.removed = removed
    end
  end
  for _, file in ipairs(self:leftovers()) do
    local removed, err = leftovers.remove(file.path)
    file.removed, file.problem = removed and 0, err and err.message
  end
  return true
end

--- Searches all files for the ids, e-mail addresses and phone numbers.
---@return integer count of the files that still contain one
function Forget:search()
  local with_terms = 0
  for _, file in ipairs(self.files) do
    if not (file.problem and file.problem:find "^not searched") then
      local found, err = errors.catch(search.find, file.path, self.terms)
      if found and next(found) then
        file.left = core.json.array {}
        for term in pairs(found) do
          table.insert(file.left, term)
        end
        table.sort(file.left)
        with_terms = with_terms + 1
      elseif err and err.code ~= "ENOENT" then
        file.problem = "not searched: " .. err.message
      end
    end
  end
  return with_terms
end

return forget
