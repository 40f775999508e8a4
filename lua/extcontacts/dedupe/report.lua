--- The results as rows: clusters.csv with one row per record, pairs.csv with one row per
-- pair.

local levels = require "extcontacts.dedupe.levels"
local survivor = require "extcontacts.record.merge.survivor"

local report = {}

-- The columns of clusters.csv before those of the record.
local CLUSTER = { "cluster", "id", "probability", "decision", "survivor", "reason" }

local FIELDS = {
  contact = { "firstName", "middleName", "lastName", "salutation", "title", "workEmail", "personalEmail", "otherEmail",
    "workPhone", "cellPhone", "homePhone", "otherPhone", "externalOrganization", "address", "type", "createDate",
    "modifyDate" },
  organization = { "name", "phoneNumber", "websites", "address", "industry", "createDate", "modifyDate" },
}

local function phone_text(value)
  return value.e164 or value.display or value.userInput or ""
end

local function address_text(value)
  local parts = {}
  for _, name in ipairs { "address1", "address2", "postalCode", "city", "state", "countryCode" } do
    local part = value[name]
    parts[#parts + 1] = (type(part) == "string" or type(part) == "number") and part ~= "" and tostring(part) or nil
  end
  return table.concat(parts, ", ")
end

-- The texts of a list.
local function list_text(value)
  local parts = {}
  for _, entry in ipairs(value) do
    parts[#parts + 1] = type(entry) == "string" and entry or nil
  end
  return table.concat(parts, " ")
end

--- A field of a record as a text, for people.
---@param name string
---@param value any
---@return string
function report.text(name, value)
  if type(value) == "table" then
    local text = name:find "Phone" and phone_text(value) or name == "phoneNumber" and phone_text(value)
      or name == "address" and address_text(value) or name == "externalOrganization" and (value.name or value.id)
      or list_text(value)
    return type(text) == "string" and text or ""
  end
  return (type(value) == "string" or type(value) == "number") and tostring(value) or ""
end

--- The columns of clusters.csv.
---@param kind "contact"|"organization"
---@return string[]
function report.cluster_columns(kind)
  local out = {}
  for _, list in ipairs { CLUSTER, FIELDS[kind] } do
    for _, name in ipairs(list) do
      out[#out + 1] = name
    end
  end
  return out
end

--- The fields of a record to decide by, in the order of the columns.
---@param kind "contact"|"organization"
---@return string[]
function report.fields(kind)
  return FIELDS[kind]
end

-- What the fields of a pair have in common, in words.
local function common_words(fields, pattern)
  local out, by_field = {}, levels.of(fields, pattern)
  for _, field in ipairs(fields) do
    out[#out + 1] = by_field[field.name].words
  end
  return out
end

--- Why a pair is one or may be one, in words.
---@param fields extcontacts.dedupe.Field[]
---@param edge extcontacts.dedupe.Edge
---@return string
function report.reason(fields, edge)
  local text = table.concat(common_words(fields, edge.pattern), "; ")
  if edge.verdict.most ~= "merge" and edge.verdict.reason then
    text = text .. (text ~= "" and "; " or "") .. "but " .. edge.verdict.reason
  end
  return text
end

--- For each record of a cluster, the pair that says most about it: its strongest one.
---@param cluster extcontacts.dedupe.Cluster
---@return table<integer, extcontacts.dedupe.Edge> by the number of the record
function report.strongest(cluster)
  local best = {}
  for _, edge in ipairs(cluster.edges) do
    for _, index in ipairs { edge.a, edge.b } do
      if not best[index] or edge.verdict.bits > best[index].verdict.bits then
        best[index] = edge
      end
    end
  end
  return best
end

--- A probability with four digits.
---@param value number
---@return string
function report.probability_text(value)
  -- Rounded down, so that only certainty reads as 1.
  return ("%.4f"):format(math.floor(value * 10000) / 10000)
end

--- Calls `put` with the values of each row of clusters.csv.
---@param result extcontacts.dedupe.Result
---@param kind "contact"|"organization"
---@param put fun(values: string[])
function report.each_cluster_row(result, kind, put)
  for number, cluster in ipairs(result.clusters) do
    local records = {}
    for place, index in ipairs(cluster.members) do
      records[place] = result:record(index)
    end
    local chosen = survivor.order(records, kind)[1]
    local strongest = report.strongest(cluster)
    for place, record in ipairs(records) do
      local reason = report.reason(result.fields, strongest[cluster.members[place]])
      if cluster.reason then
        reason = reason .. "; " .. cluster.reason
      end
      local row = { tostring(number), record.id, report.probability_text(cluster.probability), cluster.decision,
        record == chosen and "yes" or "no", reason }
      for _, name in ipairs(FIELDS[kind]) do
        row[#row + 1] = report.text(name, record[name])
      end
      put(row)
    end
  end
end

--- The columns of pairs.csv.
---@param fields extcontacts.dedupe.Field[]
---@return string[]
function report.pair_columns(fields)
  local out = { "id_a", "id_b", "probability", "weight", "decision", "reason" }
  for _, field in ipairs(fields) do
    out[#out + 1] = field.name
    out[#out + 1] = field.name .. "_weight"
  end
  return out
end

--- Calls `put` with the values of each row of pairs.csv, the strongest pair first.
---@param result extcontacts.dedupe.Result
---@param put fun(values: string[])
function report.each_pair_row(result, put)
  for _, edge in ipairs(result.edges) do
    local verdict = edge.verdict
    local row = { result:record(edge.a).id, result:record(edge.b).id, report.probability_text(verdict.probability),
      ("%.2f"):format(verdict.bits), result:decision(edge), report.reason(result.fields, edge) }
    local by_field = levels.of(result.fields, edge.pattern)
    for index, field in ipairs(result.fields) do
      row[#row + 1] = by_field[field.name].name
      row[#row + 1] = ("%.2f"):format(result.weights.weights[index][edge.pattern:byte(index) - 48])
    end
    put(row)
  end
end

return report
