--- The facts in a plan's report: who planned it, for which server, from which records,
-- with which settings; and the digests that identify it.  Pure.

local core = require "extcontacts.core"
local html = require "extcontacts.fix.report.html"
local labels = require "extcontacts.fix.report.labels"
local matching_text = require "extcontacts.fix.import.matching_text"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

-- Digits of the OAuth client's digest.
local CLIENT_DIGITS = 8

local SOURCES = {
  scan = "all %s",
  list = "a listing of %s",
  csv = "%s from a CSV file",
  ndjson = "%s from an NDJSON file",
  ids = "%s from a list of ids",
  each = "%s selected by the fix",
  import = "%s from a spreadsheet",
  snapshot = "%s from a snapshot",
  journal = "%s from the journal of the plan that it undoes",
}

local function describe_source(source)
  local noun = source.listing or source.kind and labels.kind(source.kind) .. " records" or "records"
  local out = SOURCES[source.type] and SOURCES[source.type]:format(noun) or noun
  if source.options and next(source.options) ~= nil then
    out = out .. ", " .. core.json.encode(source.options, { sort_keys = true })
  end
  return out .. (source.path and ": " .. source.path or "")
end

local function describe_options(options)
  local lines = suggest.keys(options)
  for index, name in ipairs(lines) do
    lines[index] = html.text(name .. " = " .. tostring(options[name]))
  end
  return #lines > 0 and table.concat(lines, "<br>") or nil
end

local function time(created)
  return ('<time datetime="%s">%s</time>'):format(html.attribute(created),
    html.text((tostring(created):gsub("T", " "):gsub("Z$", " UTC"))))
end

-- A list of names and values; the values are HTML.
local function list(entries)
  local out = {}
  for index, entry in ipairs(entries) do
    out[index] = ("<dt>%s</dt><dd>%s</dd>"):format(entry[1], entry[2])
  end
  return '<dl class="facts">' .. table.concat(out) .. "</dl>"
end

local function code(text)
  return "<code>" .. html.text(text) .. "</code>"
end

local function adder(entries)
  return function(name, value, markup)
    if value then
      entries[#entries + 1] = { name, (markup or html.text)(value) }
    end
  end
end

-- Which records a filtered snapshot has.
local function write_filter(fact, filter)
  fact("Condition of the snapshot", filter.where, code)
  fact("Records of the snapshot", filter.ids and "those with " .. texts.plural(filter.ids, "given id"))
end

local facts = {}

--- Returns a line for the top of the page: who planned it, when, and for which server.
---@param header extcontacts.fix.Header
---@return string html
function facts.origin(header)
  return ('<p class="origin">Planned by <b>%s</b> at %s for <b>%s</b></p>\n'):format(html.text(header.by),
    time(header.created), html.text(header.server))
end

--- Returns the list of where the plan comes from.
---@param header extcontacts.fix.Header
---@return string html
function facts.list(header)
  local entries = {}
  local fact = adder(entries)
  local source = type(header.source) == "table" and header.source
  fact("Planned by", header.by)
  fact("Operating system user", header.system_user)
  fact("Planned at", header.created, time)
  fact("Server", header.server)
  fact("Organization", header.organization, code)
  fact("Organization", header.organization_unknown and ("unknown (%s)"):format(header.organization_unknown))
  fact("OAuth client", header.client and header.client:sub(1, CLIENT_DIGITS), function(digits)
    return code(digits) .. ' <span class="note">(start of the SHA-256 of its id)</span>'
  end)
  if not header.client then
    fact("OAuth client", "unknown: an access token was used")
  end
  if source then
    fact("Records", describe_source(source))
    fact("Matched by", matching_text.of(source.matching))
    fact("Condition", source.where, code)
    write_filter(fact, type(source.filter) == "table" and source.filter or {})
  end
  fact("Limit", header.limit and texts.plural(header.limit, "change"))
  fact("Fix", type(header.fix) == "table" and header.fix.path)
  fact("Settings", describe_options(header.options or {}), tostring)
  return list(entries)
end

--- Returns the list of digests.
---@param header extcontacts.fix.Header
---@param totals extcontacts.fix.Totals
---@return string html
function facts.digests(header, totals)
  local entries = {}
  local fact = adder(entries)
  fact("SHA-256 of the plan", totals.sha256, code)
  fact("SHA-256 of the fix", type(header.fix) == "table" and header.fix.sha256, code)
  fact("SHA-256 of the source file", type(header.source) == "table" and header.source.sha256, code)
  fact("Undoes the plan", header.undoes, code)
  return list(entries)
end

return facts
