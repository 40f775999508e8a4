--- A self-contained page: its policy allows only its own style and script, and no
-- requests.  Pure.

local base64 = require "extcontacts.base.base64"
local core = require "extcontacts.core"
local html = require "extcontacts.fix.report.html"

local document = {}

---@class extcontacts.fix.Document
---@field title string
---@field style string CSS
---@field script string JavaScript; the page ends with it

local function policy_of(style, script)
  local function source(content)
    local digest = core.hash.sha256(content):gsub("%x%x", function(pair)
      return string.char(tonumber(pair, 16))
    end)
    return "'sha256-" .. base64.encode(digest) .. "'"
  end
  return ("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'"):format(
    source(style), source(script))
end

--- Returns the page's beginning, up to the start of its body.
---@param of extcontacts.fix.Document
---@return string
function document.head(of)
  return table.concat {
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta http-equiv="Content-Security-Policy" content="', html.attribute(policy_of(of.style, of.script)), '">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
    '<meta name="generator" content="extcontacts">\n',
    "<title>", html.text(of.title), "</title>\n<style>", of.style, "</style>\n</head>\n<body>\n",
  }
end

--- Returns the page's end.
---@param of extcontacts.fix.Document
---@return string
function document.tail(of)
  return "<script>" .. of.script .. "</script>\n</body>\n</html>\n"
end

return document
