--- A text in another encoding than UTF-8, such as a spreadsheet that Excel saved as "CSV"
-- on Windows, converted by iconv.

local converter = require "extcontacts.fix.import.converter"
local errors = require "extcontacts.base.errors"
local texts = require "extcontacts.base.text"

local encoding = {}

--- What to do about a text that is not UTF-8.
encoding.HINT = ", or name its encoding with --encoding, such as windows-1252"

local MISSING = "%s: iconv, which converts it from %s, is not installed; install it, or save the file as \"CSV UTF-8\""
local UNKNOWN = "%s: iconv doesn't know the encoding '%s'; `iconv --list` prints all names, and Excel on Windows saves "
  .. '"CSV" as windows-1252 in Western Europe and America, as windows-1250 in Central Europe'
local WRONG = "%s: not all of it is %s, so it has another encoding%s"

local UTF8 = { ["utf-8"] = true, utf8 = true }
local LONGEST = 16 * 1024 * 1024

--- The encoding that a file names in its first bytes, other than UTF-8.
---@param start string
---@return string|nil
function encoding.marked(start)
  return start:find "^\255\254" and "UTF-16" or start:find "^\254\255" and "UTF-16" or nil
end

--- Whether a name is that of UTF-8.
---@param name string
---@return boolean
function encoding.is_utf8(name)
  return UTF8[name:lower()] == true
end

-- Whether a text has letters beyond ASCII and is UTF-8.  A text in an encoding of one
-- byte a letter is practically never UTF-8 by chance.
local function is_utf8_already(handle)
  local beyond = false
  handle:seek("set", 0)
  for line in texts.lines(function() return handle:read(65536) end, LONGEST) do
    if not texts.is_utf8(line) then
      return false
    end
    beyond = beyond or line:find "[\128-\255]" ~= nil
  end
  return beyond
end

--- Converts a file.  Raises an error object if that is not possible, or if the file is
-- UTF-8 already.
---@param path string
---@param name string of the encoding
---@param source table handle of the file; closed
---@return table handle of a temporary file without a name
function encoding.open(path, name, source)
  local already = is_utf8_already(source)
  source:close()
  if already then
    errors.raise_invalid(("%s is UTF-8, not %s; omit --encoding"):format(path, name))
  elseif not converter.has "iconv" then
    errors.raise_invalid(MISSING:format(path, name))
  elseif not name:find "^%w[%w._:-]*$" or not converter.succeeds("iconv -f " .. name .. " -t UTF-8 </dev/null") then
    errors.raise_invalid(UNKNOWN:format(path, name))
  end
  local handle, problem = converter.run("iconv -f " .. name .. " -t UTF-8 %s >%s", path)
  if not handle then
    errors.raise_invalid(WRONG:format(path, name, problem ~= "" and " (" .. problem .. ")" or ""))
  end
  return handle
end

return encoding
