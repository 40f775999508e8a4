--- Finds records by words: every word of a query must start a word of the
-- record's line, without regard to case and punctuation.

local latin_text = require "extcontacts.sandbox.latin_text"

local word_match = {}

--- The line of a record: the words of its searched fields, each after a space.
---@param record table
---@param fields string[]
---@return string
function word_match.line(record, fields)
  local line = ""
  for _, field in ipairs(fields) do
    local value = record[field]
    if type(value) == "string" then
      line = line .. " " .. value
    end
  end
  return " " .. latin_text.words(line)
end

--- The words of a query, each after a space.  The longest, which is probably
-- the rarest, comes first.
---@param q string
---@return string[]
function word_match.query(q)
  local words = {}
  for word in latin_text.words(q):gmatch("%S+") do
    words[#words + 1] = " " .. word
  end
  table.sort(words, function(a, b)
    return #a > #b
  end)
  return words
end

--- Whether a line matches all words of a query.
---@param line string
---@param words string[]
---@return boolean
function word_match.matches(line, words)
  for _, word in ipairs(words) do
    if not line:find(word, 1, true) then
      return false
    end
  end
  return true
end

--- Joins lines to one text for `each_line`, which is faster than a search line
-- by line.
---@param lines string[]
---@return string
function word_match.chunk(lines)
  return "\n" .. table.concat(lines, "\n") .. "\n"
end

--- Calls `visit` with the number, from 0, of each matching line of a chunk.
---@param chunk string
---@param words string[] at least one
---@param visit fun(line_number: integer)
function word_match.each_line(chunk, words, visit)
  local line_number, at = -1, 1
  local line_start = 1
  while true do
    local hit = chunk:find(words[1], at, true)
    if not hit then
      return
    end
    -- Advance to the line of the hit.
    while true do
      local line_end = chunk:find("\n", line_start, true)
      if line_end > hit then
        break
      end
      line_number = line_number + 1
      line_start = line_end + 1
    end
    local line_end = chunk:find("\n", hit, true)
    if not words[2] or word_match.matches(chunk:sub(line_start - 1, line_end), words) then
      visit(line_number)
    end
    at = line_end
  end
end

return word_match
