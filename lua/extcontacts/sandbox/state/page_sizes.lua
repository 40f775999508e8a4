--- The number of records on each scan page, according to the options for empty
-- and short pages.

local bit = require "bit"
local random = require "extcontacts.sandbox.random"

local page_sizes = {}

local pages = 0

--- Restarts the sequence of short and empty pages.
function page_sizes.reset()
  pages = 0
end

--- The number of records the next page may have.
---@param settings table empty_pages, short_pages, seed
---@param limit integer of the request
---@return integer
function page_sizes.next(settings, limit)
  if settings.empty_pages == 0 and settings.short_pages == 0 then
    return limit
  end
  pages = pages + 1
  local draw = bit.band(random.hash(settings.seed, 77, pages), 0xffff) / 0x10000
  if draw < settings.empty_pages then
    return 0
  elseif draw < settings.empty_pages + settings.short_pages then
    return 1 + bit.band(random.hash(settings.seed, 78, pages), 0xffffff) % math.max(1, limit - 1)
  end
  return limit
end

return page_sizes
