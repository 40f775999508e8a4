-- A run is tied to the plan that was approved, down to its bytes.
local approval = require "extcontacts.fix.approval"
local core = require "extcontacts.core"
local files = require "extcontacts.base.files"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("an approved plan", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function digest()
    local objects = place:objects "p"
    return objects[#objects]["end"].sha256
  end

  -- Makes a digest differ in one digit.
  local function other(text, at)
    local digit = text:sub(at, at) == "0" and "1" or "0"
    return text:sub(1, at - 1) .. digit .. text:sub(at + 1)
  end

  it("is recognised by 12 digits or more of its digest", function()
    local sha256 = ("0123456789abcdef"):rep(4)
    for _, count in ipairs { 12, 13, 64 } do
      assert.is_true(approval.check("p", sha256, sha256:sub(1, count)))
      assert.is_true(approval.check("p", sha256, sha256:sub(1, count):upper()))
      local _, err = approval.check("p", sha256, other(sha256:sub(1, count), count))
      assert.matches("p is not the approved plan: its SHA-256 is " .. sha256 .. ", expected "
        .. other(sha256:sub(1, count), count), err.message, 1, true)
    end
    for _, text in ipairs { "", "0123456789a", sha256 .. "0", "0123456789ag", "0123456789ab\n" } do
      assert.matches("must be the SHA-256 of the approved plan, or its first 12 digits or more",
        select(2, approval.check("p", sha256, text)).message, 1, true)
    end
    assert.is_true(approval.check("p", sha256, nil))
  end)

  it("is the only one that is applied, resumed and undone", function()
    place:plan_titles(3, "Pilot")
    local right, wrong = digest(), other(digest(), 12)
    local result, err = place:apply { expect = wrong }
    assert.is_nil(result)
    assert.equal("expect", err.code)
    assert.is_nil(place:read "p.journal")
    assert.equal(1, place:apply({ expect = right, limit = 1 }).applied)
    assert.equal("expect", select(2, place:resume { expect = wrong }).code)
    assert.equal(3, place:resume({ expect = right:sub(1, 12) }).applied)
    assert.equal("expect", select(2, fix.undo(place.client, place:path "p", { expect = wrong })).code)
    assert.equal(3, assert(fix.undo(place.client, place:path "p", { expect = right })).changes)
  end)

  -- Applies a long plan, and writes other bytes into its file once a change is applied.
  local function apply_and_replace(replace)
    local function plan(title, name)
      place:plan({ source = fix.ids(place:ids(100)), change = function(contact)
        contact.title = title
        return contact
      end }, name)
    end
    plan("Pilot", "p")
    plan("Cook", "q")
    assert.is_true(#place:read "p" > 2 * 65536)
    local is_replaced = false
    return place:apply {
      expect = digest(), batch = 1, concurrency = 1,
      on_progress = function(progress)
        if progress.run == 1 and not is_replaced then
          is_replaced = true
          replace(place:path "p", assert(files.read(place:path "q")))
        end
      end,
    }
  end

  local function titles()
    local counts = {}
    for contact in place.client:scan_contacts() do
      counts[contact.title or ""] = (counts[contact.title or ""] or 0) + 1
    end
    return counts
  end

  it("is not applied on if other bytes are written into its file", function()
    local result = apply_and_replace(function(path, bytes)
      local file = assert(io.open(path, "wb"))
      file:write(bytes)
      file:close()
    end)
    assert.equal("failed", result.stopped)
    assert.equal("replaced", result.err.code)
    assert.is_true(result.applied >= 1 and result.not_started > 0)
    assert.equal(result.applied, titles().Pilot)
    assert.is_nil(titles().Cook)
  end)

  it("is applied to its end if another file takes its name", function()
    local result = apply_and_replace(function(path, bytes)
      local file = assert(io.open(path .. ".new", "wb"))
      file:write(bytes)
      file:close()
      assert(core.file.rename(path .. ".new", path))
    end)
    assert.is_nil(result.stopped)
    assert.equal(0, result.not_started)
    assert.equal(result.applied, titles().Pilot)
    assert.is_nil(titles().Cook)
  end)
end)
