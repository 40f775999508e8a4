--- One version, in version.lua; everything that states it agrees.

local files = require "extcontacts.base.files"
local version = require "extcontacts.version"

-- The version as a pattern that matches nothing else.
local PLAIN = version:gsub("%p", "%%%0")

local function read(path)
  return assert(files.read(path), path .. " is missing")
end

describe("the version", function()
  it("has three numbers", function()
    assert.matches("^%d+%.%d+%.%d+$", version)
  end)

  it("is in the rockspec and in its file name", function()
    local pipe = assert(io.popen("ls extcontacts-[0-9]*.rockspec", "r"))
    local name = pipe:read "*a"
    pipe:close()
    local revision = name:match("^extcontacts%-" .. PLAIN .. "%-(%d+)%.rockspec\n$")
    assert.is_string(revision, "one rockspec of this version is expected, found: " .. name)
    local text = read((name:gsub("\n", "")))
    assert.matches(('\nversion = "%s-%s"\n'):format(version, revision), text, 1, true)
  end)

  it("is all that distinguishes the rockspec from the one of the checkout, besides the source", function()
    local function body(path)
      return (read(path):gsub('\nversion = "[^"]*"', "", 1):gsub("\nsource = %b{}", "", 1))
    end
    local pipe = assert(io.popen("ls extcontacts-[0-9]*.rockspec", "r"))
    local name = pipe:read "*l"
    pipe:close()
    assert.equal(body "extcontacts-scm-1.rockspec", body(name))
  end)

  it("has the newest section of the changelog, below the unreleased changes", function()
    local text = read("CHANGELOG.md"):gsub("\n## Unreleased\n", "\n", 1)
    assert.equal(version, text:match "\n## ([^\n]+)\n")
  end)

  it("is in the manual page", function()
    assert.equal(version, read("docs/extcontacts.1"):match '\n%.TH EXTCONTACTS 1 "" "extcontacts ([^"]*)"')
  end)

  it("is the module's and the user agent's", function()
    local config = assert(require("extcontacts.config").resolve { access_token = "none" })
    assert.equal("extcontacts " .. version, require("extcontacts")._VERSION)
    assert.equal("extcontacts-lua/" .. version, config.user_agent)
  end)

  it("is what the command prints", function()
    local pipe = assert(io.popen("bin/extcontacts --version", "r"))
    local output = pipe:read "*a"
    pipe:close()
    assert.equal("extcontacts " .. version .. "\n", output)
  end)
end)
