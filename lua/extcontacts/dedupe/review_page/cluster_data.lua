--- One cluster as data for the page of a review: the records side by side, the reasons,
-- and for each possible survivor what results and what is lost.  Texts are listed once;
-- all else refers to them by number.  Pure.

local core = require "extcontacts.core"
local diff = require "extcontacts.record.diff"
local fields = require "extcontacts.dedupe.review_page.fields"
local label = require "extcontacts.record.label"
local labels = require "extcontacts.fix.report.labels"
local lint = require "extcontacts.record.lint"
local report = require "extcontacts.dedupe.report"
local resolve = require "extcontacts.dedupe.resolve"
local shallow_copy = require "extcontacts.base.shallow_copy"
local texts = require "extcontacts.base.text"
local value_html = require "extcontacts.fix.report.value_html"

local cluster_data = {}

-- Bytes of a text that are shown at each end.
local SHOWN = 200
-- Of a larger cluster, only the proposed survivor has a preview; and no merge takes more.
local MOST_PREVIEWS = 25
-- Of a smaller cluster, all pairs are explained; of others, the strongest of each record.
local ALL_PAIRS = 4

---@class extcontacts.dedupe.ReviewCluster
---@field size integer records
---@field ids string sorted bytewise and joined by spaces
---@field number integer in clusters.csv
---@field proposal "merge"|"review"
---@field survivor integer place of the proposed survivor, from 0
---@field json string

local array = core.json.array

-- Lists texts. A text is referred to by its place, from 0; -1 stands for no text.
local function new_list()
  local list, place = array {}, {}
  return list, function(text)
    if not text or text == "" then
      return -1
    elseif not place[text] then
      local head, middle, tail = value_html.shortened(text, SHOWN)
      list[#list + 1] = middle and array { head, texts.length(middle), tail } or head
      place[text] = #list - 1
    end
    return place[text]
  end
end

-- The rows of records and of what may result, by their keys and in order.
local function rows_of(kind, columns, records)
  local rows, by_key = array {}, {}
  for place, values in ipairs(columns) do
    for _, value in ipairs(values) do
      local row = by_key[value.key]
      if not row then
        row = { key = value.key, label = labels.field(value.path), rank = value.rank, values = {}, forms = {},
          is_kept = fields.is_kept(kind, value.key) }
        by_key[value.key] = row
        rows[#rows + 1] = row
      end
      if place <= records then
        row.values[place], row.forms[place] = value.text, fields.same_form(value)
      end
    end
  end
  table.sort(rows, function(a, b)
    if a.rank ~= b.rank then
      return a.rank < b.rank
    end
    return a.key < b.key
  end)
  for index, row in ipairs(rows) do
    row.at = index - 1
  end
  return rows, by_key
end

-- How the cells of a row relate to the result: "=" equal, "~" written differently,
-- "x" lost, "k" kept in another field or list, "o" of no effect, "-" empty.
local function states_of(row, result, lost)
  local out, form = {}, result and fields.same_form(result)
  for place = 1, row.records do
    local text = row.values[place]
    out[place] = not text and "-" or result and text == result.text and "=" or lost[place] and "x"
      or row.is_kept and "o" or form == row.forms[place] and "~" or "k"
  end
  return table.concat(out)
end

-- The number of a row, by the path of a value.
local function row_at(by_key, path)
  local row = by_key[diff.name(path)] or by_key[path[1]]
  return row and row.at or -1
end

-- Why the server would reject what results; nil if it would not, or if nothing changes.
local function rejection_of(kind, resolved)
  local after = shallow_copy(resolved.survivor)
  for name, value in pairs(resolved.result) do
    after[name] = value
  end
  local rejected = lint.rejected(kind, after)[1]
  if rejected and #diff.between(kind, resolved.survivor, after) > 0 then
    return "the server would reject the result: " .. rejected.text
  end
end

-- What results if a record survives.
local function view_of(kind, resolved, values, records, rows, by_key, add)
  local result, place_of, survivor = {}, {}, nil
  for _, value in ipairs(values) do
    result[value.key] = value
  end
  for place = #records, 1, -1 do
    place_of[records[place].id] = place
    survivor = records[place] == resolved.survivor and place or survivor
  end
  local view = { survivor = survivor - 1, cells = array {}, states = array {}, lost = array {}, problems = array {} }
  local lost_at = {}
  for index, loss in ipairs(resolved.lost) do
    local at, place = row_at(by_key, loss.path), place_of[loss.id]
    lost_at[at] = lost_at[at] or {}
    lost_at[at][place] = true
    view.lost[index] = array { place - 1, at, add(fields.text(loss.path[1], loss.value)), loss.no_room and 1 or 0 }
  end
  for index, row in ipairs(rows) do
    local value = result[row.key]
    -- The merge sets the date of the change.
    if row.is_kept and row.key ~= "modifyDate" then
      value = row.values[survivor] and { text = row.values[survivor] }
    end
    view.cells[index] = add(value and value.text)
    view.states[index] = states_of(row, value, lost_at[row.at] or {})
  end
  for index, problem in ipairs(resolved.problems) do
    view.problems[index] = add(problem)
  end
  local rejection = rejection_of(kind, resolved)
  view.problems[#view.problems + 1] = rejection and add(rejection)
  return view
end

-- Why the records are together: pairs of places, and the words.
local function reasons_of(result, cluster, add)
  local out, place_of = array {}, {}
  for place, index in ipairs(cluster.members) do
    place_of[index] = place - 1
  end
  local function put(edge)
    out[#out + 1] = array { place_of[edge.a], place_of[edge.b], add(report.reason(result.fields, edge)) }
  end
  if #cluster.members <= ALL_PAIRS then
    for _, edge in ipairs(cluster.edges) do
      put(edge)
    end
    return out
  end
  local seen, strongest = {}, report.strongest(cluster)
  for _, index in ipairs(cluster.members) do
    local edge = strongest[index]
    if edge and not seen[edge] then
      seen[edge] = true
      put(edge)
    end
  end
  return out
end

local function name_of(kind, record)
  local name = label.name(kind, record) or kind == "contact" and label.email(record) or nil
  return name and fields.text("name", name)
end

local function ids_of(records)
  local ids = {}
  for place, record in ipairs(records) do
    ids[place] = record.id
  end
  table.sort(ids)
  return table.concat(ids, " ")
end

-- What can result: by each record as the survivor, or by the proposed one alone.
local function resolutions_of(kind, records)
  local proposed = assert(resolve.records(records, { kind = kind }))
  if #records > MOST_PREVIEWS then
    return { proposed }, proposed.survivor
  end
  local out = {}
  for place, record in ipairs(records) do
    out[place] = record == proposed.survivor and proposed
      or assert(resolve.records(records, { kind = kind, survivor = record.id }))
  end
  return out, proposed.survivor
end

-- JSON that no text can leave: a script's end is the only thing that HTML reads in it.
local function inert(json)
  return (json:gsub("[<>&]", function(character)
    return ("\\u%04x"):format(character:byte())
  end))
end

--- Returns a cluster for the page.
---@param result extcontacts.dedupe.Result
---@param kind "contact"|"organization"
---@param number integer of the cluster
---@return extcontacts.dedupe.ReviewCluster
function cluster_data.of(result, kind, number)
  local cluster, records, columns = result.clusters[number], {}, {}
  for place, index in ipairs(cluster.members) do
    records[place] = result:record(index)
    columns[place] = fields.of(kind, records[place])
  end
  local resolutions, proposed = resolutions_of(kind, records)
  for _, resolved in ipairs(resolutions) do
    columns[#columns + 1] = fields.of(kind, resolved.result)
  end
  local list, add = new_list()
  local rows, by_key = rows_of(kind, columns, #records)
  local data = { texts = list, rows = array {}, views = array {}, records = array {}, why = add(cluster.reason),
    probability = report.probability_text(cluster.probability) }
  local survivor
  for place, record in ipairs(records) do
    survivor = record == proposed and place - 1 or survivor
    data.records[place] = array { add(record.id), add(name_of(kind, record)), add(fields.text("type", record.type)) }
  end
  for index, row in ipairs(rows) do
    local cells = array {}
    for place = 1, #records do
      cells[place] = add(row.values[place])
    end
    data.rows[index] = array { add(row.label), cells }
    row.records = #records
  end
  for index, resolved in ipairs(resolutions) do
    data.views[index] = view_of(kind, resolved, columns[#records + index], records, rows, by_key, add)
  end
  data.reasons = reasons_of(result, cluster, add)
  return { number = number, proposal = cluster.decision, survivor = survivor, size = #records,
    ids = ids_of(records), json = inert(assert(core.json.encode(data))) }
end

return cluster_data
