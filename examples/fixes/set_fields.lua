-- Sets fields to the values in a CSV file: one line a record, its id in the
-- column `id`, and a column for each field by its wire name (`title`,
-- `address.city`, `customFields.tier_text`).  Where a file knows no ids, an
-- e-mail address or an international number that only one contact has will do.
--
--   extcontacts plan set_fields --set csv=values.csv -o set.plan
--
-- PLAN.errors.csv of an apply is such a file: put its values right, and this
-- finishes what failed.  The columns that tell why it failed are passed over.
--
--   csv=values.csv   must be given
--   key=id           the column that tells which record; empty: none does, and
--                    each line makes a record (with create=yes)
--   by=id            what is in it: id, or lookup: an address as above
--   kind=contact     what the ids are of: organization, relationship,
--                    contact_note, organization_note (these with a column owner)
--   empty=keep       what an empty cell means: keep (default) or clear
--   create=no        yes: a line without an id makes a record; planned and
--                    applied twice, it makes two.  With by=lookup also a line
--                    whose address nobody has; the key is then a field's name
--                    (workEmail, cellPhone), so that the next plan finds it
--
-- A phone is set by its number, "+49 30 1234567 ext. 12"; a list or an object
-- as JSON; another record by its id.  A value that can't be read as what its
-- field holds is left out and counted, and so is another value for what only
-- the server sets.  The columns of `extcontacts scan --csv` can stay as they
-- are: what is not changed in the file is not changed at all.  With a column
-- `modifyDate`, records that someone changed since are left alone; and so are
-- digits that a spreadsheet took for a number (+49 30…, 01067).
local copy = require "extcontacts.copy"
local core = require "extcontacts.core"
local diff = require "extcontacts.fix.diff"
local fix = require "extcontacts.fix"
local kinds = require "extcontacts.fix.kinds"
local models = require "extcontacts.models"
local suggest = require "extcontacts.suggest"

local SORTED = { sort_keys = true }

-- The columns of an errors file that are no fields.
local ABOUT = {}
for name in ("id kind op owner n state reason status code field correlation_id"):gmatch "%S+" do
  ABOUT[name] = true
end

local READ = {}

-- The server cuts blanks at the ends.
function READ.text(text, now)
  return text == now and now or text:match "^%s*(.-)%s*$"
end

-- All digits of it, however many.
function READ.number(text)
  local plain = text:match "^%s*(.-)%s*$":gsub("^(%-?)0+(%d)", "%1%2")
  return plain:find "^[-%d]" and core.json.decode(plain) or nil
end

function READ.integer(text)
  return text:find "^%s*%-?%d+%s*$" and READ.number(text) or nil
end

function READ.boolean(text)
  return ({ ["true"] = true, yes = true, ["false"] = false, no = false })[text:lower()]
end

function READ.json(text)
  return text:find "^%s*[%[{]" and core.json.decode(text) or nil
end

function READ.reference(text)
  return text:find "^%s*{" and core.json.decode(text) or { id = text }
end

-- The number as it is now, where the text says no other.
function READ.phone(text, now)
  if text:find "^%s*{" then
    return core.json.decode(text)
  elseif text:find "^%d[.,]%d*E%+%d+$" then
    return nil -- a spreadsheet's
  end
  now = type(now) == "table" and now or {}
  if text == diff.text(now) or text == now.display or text == now.userInput then
    return now
  end
  local number, extension = text:match "^(.-)%s*ext%.?%s*(%d+)$"
  local phone = { display = number or text, extension = tonumber(extension), acceptsSMS = now.acceptsSMS }
  local digits = phone.display:gsub("[%s%-%.%(%)]", "")
  if digits:find "^%+%d%d%d%d%d%d%d+$" then
    phone.e164 = digits
    if digits == now.e164 and phone.extension == now.extension then
      return now
    end
  end
  return phone
end

local BY_TYPE = { string = "text", date = "text", uri = "text", int32 = "integer", int64 = "integer",
  integer = "integer", number = "number", boolean = "boolean", PhoneNumber = "phone",
  ExternalOrganization = "reference", User = "reference", DomainEntityRef = "reference" }
local BY_ENDING = { integer = "integer", number = "number", checkbox = "boolean", tag = "json" }

-- How a column is read, whether only the server sets it, and the path of the
-- phone it is a part of; raises where there is no such field.
local function describe(kind, path)
  local model, field, servers, phone = models[kinds.by_name[kind].model], nil, kinds.owned[path[1]], nil
  for index, name in ipairs(path) do
    if field and (field.shape == "map" or field.type == "object") then
      return BY_ENDING[path[#path]:match "_(%a+)$" or ""] or "text", servers
    elseif not model or not model.by_wire[name] then
      error(suggest.unknown("field", table.concat(path, ".", 1, index), suggest.keys(model and model.by_wire or {})), 0)
    end
    if model.name == "PhoneNumber" then
      phone = copy.path(table.concat(path, ".", 1, index - 1))
    end
    field = model.by_wire[name]
    model = models[field.type]
    servers = servers or field.read_only
  end
  return field.shape == "array" and "json" or BY_TYPE[field.type] or "json", servers, phone
end

local columns = {}

local function column(kind, name)
  local key = kind .. " " .. name
  if not columns[key] then
    local path = copy.path(name)
    local reader, servers, phone = describe(kind, path)
    columns[key] = { path = path, read = READ[reader], servers = servers, phone = phone }
  end
  return columns[key]
end

-- The server reads `display` and makes the rest of it: what it made of the
-- number that was there says nothing of another.
local function follow_number(record, path, was)
  local now = copy.at(record, path)
  if type(now) ~= "table" then
    return
  elseif now.display ~= was.display and now.e164 == was.e164 then
    local phone = READ.phone(tostring(now.display or ""), was)
    now.e164, now.countryCode, now.userInput = phone.e164, nil, nil
  elseif now.e164 ~= was.e164 and now.display == was.display then
    now.display, now.countryCode, now.userInput = now.e164, nil, nil
  end
end

-- Whether a spreadsheet took digits for a number: without the + or the zeros
-- they begin with, or as 4.93E+11.
local function is_spoilt(text, now)
  local was = type(now) == "table" and (now.e164 or now.display) or now
  return type(was) == "string" and was:find "^[+0]*%d+$" ~= nil and was ~= text
    and (was:gsub("^[+0]+", "") == text or text:find "^%d[.,]?%d*E%+%d+$" ~= nil)
end

-- Sets one cell; gives the path of a phone it is a part of.
local function set_cell(record, one, name, text, ctx)
  local now = copy.at(record, one.path)
  if not text:find "%S" then
    if ctx.options.empty == "clear" and not one.servers then
      copy.put(record, one.path, nil)
    end
    return one.phone
  elseif is_spoilt(text, now) then
    ctx.left(name .. ": digits that a spreadsheet took for a number")
    return one.phone
  end
  local value = one.read(text, now)
  if one.servers then
    if now ~= nil and core.json.encode(value, SORTED) ~= core.json.encode(now, SORTED) then
      ctx.left(name .. ": only the server sets it")
    end
  elseif value == nil then
    ctx.left(name .. ": a value that the field can't hold")
  else
    copy.put(record, one.path, value)
  end
  return one.phone
end

-- Sets all cells but the one of `key`.
local function set(record, kind, ctx, key)
  local phones = {}
  local before = copy.deep(record)
  for _, name in ipairs(suggest.keys(ctx.row)) do
    if name ~= key and not ABOUT[name] then
      local phone = set_cell(record, column(kind, name), name, ctx.row[name], ctx)
      phones[phone and table.concat(phone, ".") or ""] = phone
    end
  end
  for _, path in pairs(phones) do
    follow_number(record, path, copy.at(before, path) or {})
  end
  return record
end

return {
  name = "fields set from a CSV file",
  options = { csv = "", key = "id", by = "id", kind = "contact", empty = "keep", create = false },

  source = function(options)
    if options.csv == "" then
      error("name the file with the values: --set csv=values.csv", 0)
    elseif options.empty ~= "keep" and options.empty ~= "clear" then
      error("empty must be keep or clear", 0)
    end
    local kind = kinds.by_name[options.kind] or error(kinds.unknown(options.kind), 0)
    if options.create and options.by == "lookup" and not models.ExternalContact.by_wire[options.key] then
      error(("with create=yes and by=lookup the key is a field's name, such as workEmail, not '%s'"):format(
        options.key), 0)
    end
    return fix.csv(options.csv, { key = options.key ~= "" and options.key, by = options.by, kind = options.kind,
      owner = kind.owner and "owner" or nil, missing = "change" })
  end,

  change = function(record, ctx)
    local row, options, kind = ctx.row, ctx.options, ctx.options.kind
    if row.kind and row.kind ~= "" and row.kind ~= kind then
      return ctx.left("a line about another kind of record; plan it with --set kind=" .. row.kind)
    elseif row.op == "delete" or row.op == "erase" then
      return ctx.left "a line about a delete; plan the fix that deletes again"
    elseif record and row.modifyDate and row.modifyDate:find "%S" and row.modifyDate ~= record.modifyDate then
      return ctx.left "the record was changed since the file was made; set all the same without the column modifyDate"
    elseif record then
      return set(record, kind, ctx, options.key)
    elseif (row[options.key] or "") ~= "" and not (options.create and options.by == "lookup") then
      return ctx.left "no such record"
    elseif not options.create then
      return ctx.left "a line that names no record; --set create=yes makes one of it"
    end
    local unless = options.by == "lookup" and row[options.key] ~= "" and row[options.key] or nil
    return { fix.create(kind, set({}, kind, ctx), row.owner ~= "" and row.owner or nil, unless) }
  end,
}
