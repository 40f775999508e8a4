--- Files that people give for CSV or JSON and that are something else, recognised by
-- their first bytes.  Pure.

local texts = require "extcontacts.base.text"

local magic = {}

local SAVE = 'save the sheet as "CSV UTF-8"'

-- Patterns for the start of a file: what it is, and what to do.
local ROWS = {
  { "^PK[\3\5]", "an Excel workbook (XLSX) or another ZIP file", SAVE },
  { "^\208\207\17\224", "an Excel workbook (XLS)", SAVE },
  { "^\31\139", "compressed with gzip", "decompress it with gunzip" },
  { "^BZh%d", "compressed with bzip2", "decompress it with bunzip2" },
  { "^\2537zXZ", "compressed with xz", "decompress it with unxz" },
  { "^%(\181/\253", "compressed with zstd", "decompress it with unzstd" },
  { "^7z\188\175", "a 7-Zip archive", "unpack it" },
  { "^%%PDF%-", "a PDF document", "export the table as CSV from the program that made it" },
  { "^{\\rtf", "an RTF document", "save the table as CSV UTF-8" },
  { "^SQLite format 3%z", "an SQLite database", "export the table as CSV" },
  { "^\255\254", "UTF-16", "save the file as UTF-8" },
  { "^\254\255", "UTF-16", "save the file as UTF-8" },
}
-- The same for texts, after a byte order mark, white space and capitals.
local TEXTS = {
  { "^<!doctype html", "a web page (HTML)", "download the file again; it may be a sign-in or error page" },
  { "^<html", "a web page (HTML)", "download the file again; it may be a sign-in or error page" },
  { "^<table", "a web page (HTML)", SAVE },
  { "^<%?xml", "an XML file", SAVE },
}

-- Bytes of ASCII with a zero byte after each, or before each.
local UTF16 = "^[%z]?[\1-\127]%z[\1-\127]%z[\1-\127]"

--- What is wrong with a file that should be text.
---@param start string its first bytes
---@return string|nil problem "is …; what to do"; nil if it may be a text
function magic.problem(start)
  local head = start:sub(1, 64)
  for _, row in ipairs(ROWS) do
    if head:find(row[1]) then
      return ("is %s; %s"):format(row[2], row[3])
    end
  end
  if head:find(UTF16) then
    return "is UTF-16; save the file as UTF-8"
  end
  local plain = texts.trim(texts.without_bom(head)):lower()
  for _, row in ipairs(TEXTS) do
    if plain:find(row[1]) then
      return ("is %s; %s"):format(row[2], row[3])
    end
  end
end

--- The same for a file that should be CSV.
---@param start string
---@return string|nil
function magic.csv_problem(start)
  local problem = magic.problem(start)
  local plain = texts.without_bom(start:sub(1, 4096))
  if not problem and (plain:find '^%s*{%s*"[^"]*"%s*:' or plain:find "^%s*%[%s*{") then
    return "is JSON, not CSV; if extcontacts wrote it, add --csv"
  end
  return problem
end

-- Quotation marks that word processors and chats put for `"` and `'`.
local CURLY = { "\226\128[\152-\159]", "\194[\171\187]" }

--- The first quotation mark of a word processor in a text.
---@param text string
---@return string|nil
function magic.curly_quote(text)
  for _, pattern in ipairs(CURLY) do
    local found = text:match(pattern)
    if found then
      return found
    end
  end
end

--- Completes the message about a text that can't be decoded as JSON.
---@param text string
---@param problem string of the decoder
---@return string
function magic.json_problem(text, problem)
  local quote = magic.curly_quote(text)
  local other = magic.problem(text)
  if other then
    return "the text " .. other
  elseif quote and not text:find '"' then
    return ('%s; write " instead of %s'):format(problem, quote)
  elseif text:find "^%s*{%s*'" or text:find "^%s*%[%s*'" then
    return problem .. "; write \" instead of '"
  end
  return problem
end

return magic
