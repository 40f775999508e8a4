--- What specs read in Markdown pages: code blocks, links, and the anchors that
-- GitHub assigns to headings.

local files = require "extcontacts.base.files"

local markdown = {}

--- The pages of this tree.
---@return string[] paths
function markdown.pages()
  local pipe = assert(io.popen("find . -name build -prune -o -name '.?*' -prune -o -name '*.md' -print | sort", "r"))
  local pages = {}
  for line in pipe:lines() do
    pages[#pages + 1] = line:gsub("^%./", "")
  end
  pipe:close()
  return pages
end

--- The lines of a page, each with its number and whether it is code.
local function lines_of(path)
  local text = assert(files.read(path), path .. " is missing")
  local list, fence = {}, nil
  for line in (text:gsub("\n?$", "\n")):gmatch "(.-)\n" do
    local mark, language = line:match "^%s*(```+)%s*(%S*)"
    local entry = { text = line, number = #list + 1, code = fence ~= nil or mark ~= nil }
    if mark and not fence then
      fence, entry.opens = mark, language
    elseif mark and mark == fence then
      fence, entry.closes = nil, true
    end
    list[#list + 1] = entry
  end
  assert(fence == nil, path .. " has a code block without an end")
  return list
end

--- The fenced code blocks of a page.
---@param path string
---@return { language: string, text: string, line: integer }[]
function markdown.blocks(path)
  local blocks, block = {}, nil
  for _, line in ipairs(lines_of(path)) do
    if line.opens then
      block = { language = line.opens, line = line.number + 1 }
    elseif line.closes then
      block.text = table.concat(block, "\n")
      blocks[#blocks + 1], block = block, nil
    elseif block then
      block[#block + 1] = line.text
    end
  end
  return blocks
end

-- A heading's anchor, without the number that a second one of the same text gets.
local function slug(heading)
  local text = heading:gsub("%[(.-)%]%(.-%)", "%1"):lower()
  text = text:gsub("[%z\1-\127]", function(char)
    return char:match "[%w_%- ]" or ""
  end)
  return (text:gsub(" ", "-"))
end

--- The anchors of a page.
---@param path string
---@return table<string, boolean>
function markdown.anchors(path)
  local anchors, seen = {}, {}
  for _, line in ipairs(lines_of(path)) do
    local heading = not line.code and line.text:match "^#+%s+(.-)%s*#*$"
    if heading then
      local anchor = slug(heading)
      local count = seen[anchor]
      seen[anchor] = (count or 0) + 1
      anchors[count and anchor .. "-" .. count or anchor] = true
    end
    for attribute, name in line.text:gmatch '<a%s+(%a+)="([^"]+)"' do
      anchors[name] = attribute == "id" or attribute == "name" or nil
    end
  end
  return anchors
end

--- The links of a page outside of code.
---@param path string
---@return { target: string, line: integer }[]
function markdown.links(path)
  local links = {}
  for _, line in ipairs(lines_of(path)) do
    if not line.code then
      local text = line.text:gsub("`[^`]*`", "")
      for target in text:gmatch "%]%(([^)%s]+)[^)]*%)" do
        links[#links + 1] = { target = target, line = line.number }
      end
      local target = text:match "^%s*%[[^%]]+%]:%s*(%S+)"
      if target then
        links[#links + 1] = { target = target, line = line.number }
      end
    end
  end
  return links
end

return markdown
