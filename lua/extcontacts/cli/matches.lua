--- Writes the records of a page that a test accepts.

local matches = {}

--- The test that accepts every record.
---@return boolean
function matches.all()
  return true
end

--- Writes records, at most `most` in total; none if one of them can't be decoded.
---@param writer table
---@param records table[]
---@param test fun(record: table): boolean
---@param most integer|nil
---@param completing extcontacts.Iterator|nil decodes those that are accepted in full
---@return boolean goes_on false when so many are written
function matches.write(writer, records, test, most, completing)
  local accepted, room = {}, (most or math.huge) - writer.count
  for _, record in ipairs(records) do
    if #accepted < room and test(record) then
      accepted[#accepted + 1] = completing and completing:whole(record) or record
    end
  end
  for _, record in ipairs(accepted) do
    writer:put(record)
  end
  return #accepted < room
end

--- The same with the texts of a page's records.
---@param writer table
---@param page { entities: table[], raw: string[], lines: userdata|nil } lines only if the test accepts all
---@param test fun(record: table): boolean
---@param most integer|nil
---@return boolean goes_on
function matches.write_texts(writer, page, test, most)
  if page.lines then
    writer:put_lines(page.lines)
    return true
  end
  local accepted, room = page.raw, (most or math.huge) - writer.count
  if test ~= matches.all then
    accepted = {}
    for index, record in ipairs(page.entities) do
      if #accepted < room and test(record) then
        accepted[#accepted + 1] = page.raw[index]
      end
    end
  end
  writer:put_texts(accepted)
  return #accepted < room
end

return matches
