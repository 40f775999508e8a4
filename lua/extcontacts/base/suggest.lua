--- "Did you mean …": messages for an unknown name, with the known name that is
-- nearest to it.  Pure.

local suggest = {}

-- Longer lists of known names are not shown.
local MOST_SHOWN = 20

-- Edits between two words, the exchange of two neighbours being one; stops counting above
-- `limit`.
local function distance(a, b, limit)
  if math.abs(#a - #b) > limit then
    return limit + 1
  end
  local previous, before = {}, nil
  for j = 0, #b do
    previous[j] = j
  end
  for i = 1, #a do
    local current = { [0] = i }
    local best = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local value = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if before and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        value = math.min(value, before[j - 2] + 1)
      end
      current[j] = value
      best = math.min(best, value)
    end
    if best > limit then
      return limit + 1
    end
    previous, before = current, previous
  end
  return previous[#b]
end

-- The nearest name within `limit` edits.
local function nearest_within(limit, word, candidates)
  local lowered = word:lower()
  local found, found_distance
  for _, candidate in ipairs(candidates) do
    local d = distance(lowered, candidate:lower(), limit)
    if d <= limit and (not found or d < found_distance) then
      found, found_distance = candidate, d
    end
  end
  return found
end

-- The words of a name, in singular and sorted: those of `get_contact` are those of
-- `contacts.get`.
local function words_of(name)
  local words = {}
  for word in name:gsub("(%l)(%u)", "%1 %2"):lower():gmatch "%w+" do
    words[#words + 1] = word:match "^(%w%w+)s$" or word
  end
  table.sort(words)
  return words[2] and table.concat(words, " ")
end

-- The first name that consists of the same words.
local function reordered(name, candidates)
  local words = words_of(name)
  for _, candidate in ipairs(words and candidates or {}) do
    if words_of(candidate) == words then
      return candidate
    end
  end
end

--- Returns the known name that is nearest to a word, whatever its case, or that has the
-- same words in another order; nil if no name is near.
---@param word string
---@param candidates string[]
---@return string|nil
function suggest.nearest(word, candidates)
  return reordered(word, candidates) or nearest_within(math.max(2, math.floor(#word / 3)), word, candidates)
end

--- The same where the name may also be right although it is not known: a short word
-- has to be nearer.
---@param word string
---@param candidates string[]
---@return string|nil
function suggest.misspelled(word, candidates)
  if #word < 4 then
    return nearest_within(1, word, candidates)
  end
  return suggest.nearest(word, candidates)
end

--- The end of a message about a word that is not known.
---@param word string
---@param candidates string[]
---@return string hint empty if no name is near
function suggest.hint(word, candidates)
  local near = suggest.nearest(word, candidates)
  return near and (", did you mean '%s'?"):format(near) or ""
end

--- A message for an unknown name, with the nearest known one; if none is near
-- and the list is short, with all of them.
---@param what string the noun for the word, `option`
---@param word any
---@param candidates string[]
---@return string
function suggest.unknown(what, word, candidates)
  if type(word) ~= "string" then
    return ("unknown %s of type %s"):format(what, type(word))
  end
  local hint = suggest.hint(word, candidates)
  if hint ~= "" or #candidates == 0 or #candidates > MOST_SHOWN then
    return ("unknown %s '%s'%s"):format(what, word, hint)
  end
  local sorted = {}
  for index, candidate in ipairs(candidates) do
    sorted[index] = candidate
  end
  table.sort(sorted)
  return ("unknown %s '%s' (known: %s)"):format(what, word, table.concat(sorted, ", "))
end

--- A message for a value that is not one of the choices; nil for one that is.
---@param what string as for `unknown`
---@param value any
---@param choices string[]
---@return string|nil
function suggest.other(what, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then
      return nil
    end
  end
  return suggest.unknown(what, value, choices)
end

--- Returns the keys of a table, sorted: candidates for the functions above.
---@param t table<string, any>
---@return string[]
function suggest.keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

return suggest
