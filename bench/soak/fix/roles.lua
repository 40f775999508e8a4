-- Does with each record of a CSV file what its row says: every kind of change that a fix
-- can make.
local fix = require "extcontacts.fix"

-- Words of a cell.
local function words(cell)
  local out = {}
  for word in (cell or ""):gmatch "%S+" do
    out[#out + 1] = word
  end
  return out
end

local function set(field, value)
  return function(record, row)
    record[field] = value .. " " .. row.number
    return record
  end
end

local function note_of(row)
  return { noteText = "soak " .. row.number, createdBy = { id = row.user } }
end

local ROLES = {
  title = set("title", "Soaked"),
  industry = set("industry", "Soaked"),
  relation = set("relationship", "Soaked"),
  text = set("noteText", "soaked"),
  clear = function(record)
    record.title, record.salutation, record.address = nil, nil, nil
    record.customFields, record.schema = nil, nil
    return record
  end,
  fill = function(record)
    record.middleName = record.middleName or "Ada"
    record.salutation = record.salutation or "Dr"
    return record
  end,
  numbers = function(record)
    record.workPhone = { display = "+49 30 901820", acceptsSMS = true }
    record.homePhone = nil
    return record
  end,
  link = function(record, row)
    record.externalOrganization = { id = row.others }
    return record
  end,
  delete = function()
    return fix.delete
  end,
  note = function(_, row)
    return fix.add_note(note_of(row))
  end,
  several = function(record, row)
    record.title = "Several " .. row.number
    return { fix.update(record), fix.add_note(note_of(row)),
      fix.create("organization", { name = "Soak " .. row.number }) }
  end,
  create = function(_, row)
    return fix.create("contact", { firstName = "Soak", lastName = "No " .. row.number,
      workEmail = ("soak%s@example.com"):format(row.number), externalOrganization = { id = row.others } })
  end,
  -- Nothing distinguishes them.
  twin = function()
    return fix.create("contact", { firstName = "Tweedle", lastName = "Dee" })
  end,
  relationship = function(_, row)
    return fix.create("relationship", { user = { id = row.user }, externalOrganization = { id = row.others },
      relationship = "Soak " .. row.number })
  end,
  organization_note = function(_, row)
    return fix.create("organization_note", note_of(row), row.others)
  end,
  merge = function(_, row)
    return { fix.merge(words(row.others), { allow_loss = true, override = { title = "Merged " .. row.number } }),
      fix.add_note(note_of(row)) }
  end,
  consolidate = function(_, row)
    return fix.consolidate(words(row.others), { allow_loss = true })
  end,
}

return {
  name = "every kind of change",
  options = { file = "", kind = "contact" },
  source = function(options)
    return fix.csv(options.file, { kind = options.kind, owner = options.kind:find "_note$" and "owner" or nil })
  end,
  change = function(record, ctx)
    return ROLES[ctx.row.role](record, ctx.row)
  end,
}
