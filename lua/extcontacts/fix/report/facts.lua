--- The list of facts in a plan's report: who planned what, for which server, from
-- which records, and the digests that identify it.  Pure.

local core = require "extcontacts.core"
local html = require "extcontacts.fix.report.html"
local identity = require "extcontacts.fix.identity"
local labels = require "extcontacts.fix.report.labels"
local suggest = require "extcontacts.base.suggest"

local SOURCES = {
  scan = "all %s",
  list = "a listing of %s",
  csv = "%s from a CSV file",
  ndjson = "%s from an NDJSON file",
  ids = "%s from a list of ids",
  each = "%s selected by the fix",
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

--- Returns the list.
---@param header extcontacts.fix.Header
---@param totals extcontacts.fix.Totals
---@return string html
return function(header, totals)
  local out = {}
  local function fact(name, value)
    out[#out + 1] = value and "<dt>" .. name .. "</dt><dd>" .. value .. "</dd>" or nil
  end
  local function digest(name, value)
    fact(name, value and "<code>" .. html.text(value) .. "</code>")
  end
  local source = type(header.source) == "table" and header.source
  local fix = type(header.fix) == "table" and header.fix or {}
  fact("Planned by", html.text(header.by))
  fact("Planned at", time(header.created))
  fact("Server", html.text(header.server))
  digest("Organization", header.organization)
  fact("Organization", header.organization_unknown and html.text(("unknown (%s)"):format(header.organization_unknown)))
  digest("OAuth client", identity.short(header.client))
  if source then
    fact("Records", html.text(describe_source(source)))
    digest("Condition", source.where)
    digest("SHA-256 of the file", source.sha256)
  end
  fact("Fix", fix.path and html.text(fix.path))
  digest("SHA-256 of the fix", fix.sha256)
  digest("Undoes the plan", header.undoes)
  fact("Options", describe_options(header.options or {}))
  digest("SHA-256 of the plan", totals.sha256)
  return '<dl class="facts">' .. table.concat(out) .. "</dl>"
end
