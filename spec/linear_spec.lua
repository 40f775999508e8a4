-- Everything that reads foreign text takes linear time.  The readers of
-- record/normalize have a spec of their own.
local cells = require "extcontacts.record.cells"
local csv = require "extcontacts.base.csv"
local dates = require "extcontacts.base.dates"
local diff = require "extcontacts.record.diff"
local growth = require "spec.support.growth"
local header_fields = require "extcontacts.api.header_fields"
local html = require "extcontacts.fix.report.html"
local letters = require "extcontacts.base.letters"
local lint = require "extcontacts.record.lint"
local names = require "extcontacts.tidy.names"
local oauth = require "extcontacts.auth.oauth"
local response = require "extcontacts.api.response"
local secrets = require "extcontacts.api.secrets"
local word_diff = require "extcontacts.fix.report.word_diff"

local function read_csv(text)
  local at = 1
  local next_row = csv.rows { read = function(_, size)
    local block = text:sub(at, at + size - 1)
    at = at + size
    return block ~= "" and block or nil
  end }
  local row = next_row and next_row()
  while row do
    row = next_row()
  end
end

local READERS = {
  dates_iso = dates.iso, dates_http = dates.http, lower = letters.lower, upper = letters.upper,
  names_trimmed = names.trimmed, names_proper = names.proper, names_key = names.key,
  lifetime = oauth.lifetime, html = html.text,
  html_changed = function(text)
    html.text(text, true)
  end,
  csv = read_csv,
  csv_line = function(text)
    csv.line({ text, text }, 2)
  end,
  csv_cell = function(text)
    read_csv("a,b\n1," .. text .. "\n")
  end,
  csv_quoted = function(text)
    read_csv('a,b\n1,"' .. text .. '"\n')
  end,
  retry_after = function(text)
    response.retry_after({ ["retry-after"] = text }, 0)
  end,
  mask = function(text)
    response.mask(text, { query = { { "q", "1.1" }, { "q", "a a" } }, body = { x = "aaa" } })
  end,
  secrets = function(text)
    secrets.conceal({ text, [text] = text }, secrets.of { access_token = "aaaaaaaa", client_secret = "      " })
  end,
  headers = function(text)
    header_fields.problem { [text] = "a" }
    header_fields.problem { ["X-A"] = text }
  end,
  lint = function(text)
    lint.check("contact", { firstName = text, workEmail = text, workPhone = { display = text }, title = text })
  end,
  diff = function(text)
    diff.text(text)
    word_diff.compare(text, text .. "b")
  end,
}
for _, kind in ipairs { "text", "number", "integer", "date", "datetime", "extension", "boolean", "json", "reference",
  "email", "phone" } do
  READERS["cell of type " .. kind] = cells.read[kind]
end

local TEXTS = {
  growth.text("x", " ", "x"), growth.text("", "1", "x"), growth.text("A", ",", "A"), growth.text("\"", "\"", "x"),
  growth.text("2026-01-01T00:00:00.", "1", "x"), growth.text("", "\n", "x"),
}
for _, unit in ipairs { "II ", "=", "\"\",", "\195\137", "Bearer a", "[", "ST. ", "(", "'" } do
  TEXTS[#TEXTS + 1] = growth.text("", unit)
end

describe("foreign text", function()
  for name, read in pairs(READERS) do
    it("is read in linear time: " .. name, function()
      for index, text in ipairs(TEXTS) do
        growth.assert_linear(("%s of text %d"):format(name, index), read, text)
      end
    end)
  end
end)
