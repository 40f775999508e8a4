--- Replaces the lines of a journal about people by lines without personal data.  The
-- lines are sealed again, so that the journal stays readable.

local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local journal_file = require "extcontacts.fix.journal.file"
local leftovers = require "extcontacts.fix.leftovers"
local reader = require "extcontacts.fix.journal.reader"
local replace_file = require "extcontacts.base.replace_file"

local checked = journal_file.checked

-- Fields of a line that say nothing about a person.
local KEPT = { "t", "n", "op", "kind", "at", "server_at", "needs", "written", "status", "code" }

local function forgotten(line)
  local left = { forgotten = true }
  for _, name in ipairs(KEPT) do
    left[name] = line[name]
  end
  return left
end

-- Writes the lines into a new file; returns how many were forgotten.
local function rewrite(path, file, original_inode, is_about)
  local inode, chain, header_crc = errors.check_io(file:inode()), checked_lines.chain(), nil
  local numbers, count, bytes, texts = {}, 0, 0, {}
  local header_bytes
  local function put(text)
    texts[#texts + 1] = text
    bytes = bytes + #text
    if #texts >= 500 then
      errors.check_io(file:write(table.concat(texts)))
      texts = {}
    end
  end
  reader.each(path, function(line)
    line.crc = nil
    if line.inode == original_inode then
      line.inode = inode
    end
    if line.t == "stop" then
      line.sha256 = chain:digest()
    elseif line.op ~= "erase" and not line.forgotten and line.n and (is_about(line) or numbers[line.n]) then
      numbers[line.n] = true
      line, count = forgotten(line), count + 1
    end
    put((chain:seal(assert(core.json.encode(line, { sort_keys = true })))))
    if not header_crc then
      header_crc, header_bytes = chain.crc, bytes
      put(reader.synced_line(0, header_crc))
    end
  end)
  errors.check_io(file:write(table.concat(texts)))
  errors.check_io(file:write(reader.synced_line(bytes, header_crc), header_bytes))
  return count
end

-- Opens the journal as it is now; raises an error object if it is in use.
local function open_locked(path)
  local file = assert(checked(core.file.open(path, "change")))
  if not file:lock() then
    file:close()
    assert(journal_file.locked((path:gsub("%.journal$", ""))))
  end
  return file
end

--- Forgets people.  The journal must not be in use.
---@param path string
---@param is_about fun(line: table): boolean
---@return integer|nil count lines that were forgotten; the file stays as it is if there are none
---@return extcontacts.Error|nil
return function(path, is_about)
  return errors.catch(function()
    local original
    local count, err = replace_file(path, leftovers.path(path), function(file)
      original = open_locked(path)
      return rewrite(path, file, errors.check_io(original:inode()), is_about)
    end)
    if original then
      original:close() -- locked until its name leads to the new file
    end
    return count or error(err, 0)
  end)
end
