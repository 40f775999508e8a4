--- The script of a review: shows the clusters when they are needed, and collects the
-- decisions.  It creates no HTML and sends no requests.  Pure.

local card = require "extcontacts.dedupe.review_page.script.card"
local conflicts = require "extcontacts.dedupe.review_page.script.conflicts"
local csv = require "extcontacts.dedupe.review_page.script.csv"
local decisions = require "extcontacts.dedupe.review_page.script.decisions"
local html = require "extcontacts.fix.report.html"
local list = require "extcontacts.dedupe.review_page.script.list"
local text = require "extcontacts.dedupe.review_page.script.text"

local START = [[
"use strict";
(function () {
if (!document.getElementById("filters")) { return; }
]]

local shown = text:gsub("UNSEEN", function()
  return html.invisible_class()
end)

return table.concat { START, shown, csv, decisions, conflicts, card, list, "})();\n" }
