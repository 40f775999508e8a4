-- The documentation: generated files are fresh, links lead somewhere, and every
-- page is in the index.
describe("the generated files", function()
  local generate = dofile "docs/generate.lua"

  for path, make in pairs(generate.files) do
    it("are fresh: " .. path, function()
      local file = assert(io.open(path, "r"))
      local text = file:read("*a")
      file:close()
      -- Not assert.equal: it would print both texts.
      assert.is_true(text == make(), "stale: run `make generate`")
    end)
  end
end)

describe("the pages", function()
  local files = require "extcontacts.base.files"
  local markdown = require "spec.support.markdown"
  local pages = markdown.pages()

  it("are found", function()
    local found = {}
    for _, path in ipairs(pages) do
      found[path] = true
    end
    for _, path in ipairs { "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/README.md", "docs/operations.md",
      "bench/soak/README.md" } do
      assert.is_true(found[path], path)
    end
  end)

  for _, path in ipairs(pages) do
    it("begin with a title: " .. path, function()
      assert.matches("^# %S", files.read(path))
    end)

    it("have links that resolve: " .. path, function()
      local directory = path:match "^(.*/)" or ""
      for _, link in ipairs(markdown.links(path)) do
        if not link.target:find "^%a[%w+.-]*:" then
          local file, anchor = link.target:match "^([^#]*)#?(.*)$"
          local where = ("%s:%d: %s"):format(path, link.line, link.target)
          local target = file == "" and path or directory .. file
          while target:find "[^/]+/%.%./" do
            target = target:gsub("[^/]+/%.%./", "", 1)
          end
          assert.is_true(files.exists(target), where .. " does not exist")
          if anchor ~= "" then
            assert.is_true(markdown.anchors(target)[anchor] == true, where .. " is no heading of " .. target)
          end
        end
      end
    end)
  end

  it("are all in the index", function()
    local linked = {}
    for _, link in ipairs(markdown.links "docs/README.md") do
      linked[link.target:gsub("#.*$", "")] = true
    end
    for _, path in ipairs(pages) do
      local name = path:match "^docs/([^/]+)$"
      if name and name ~= "README.md" then
        assert.is_true(linked[name], path .. " is missing in docs/README.md")
      end
    end
  end)

  it("for newcomers are short", function()
    local _, count = assert(files.read "README.md"):gsub("\n", "")
    assert.is_true(count <= 150, "README.md has " .. count .. " lines; at most 150 are allowed")
  end)
end)
