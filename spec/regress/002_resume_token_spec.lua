-- Two ways in which a resume token could lose or double records in silence.
-- An iterator that was closed early gave the token of a finished one, so that
-- resuming read nothing more.  And a resumed scan that started again after an
-- expired cursor handed out once more what came before its token, whose ids
-- it can't know.
local ec = require "extcontacts"
local fake = require "spec.support.fake"

local IDS = { "a", "b", "c", "d", "e" }

-- A client of a scan of two pages, three records and two.
local function scanning()
  local function page(first, last, after)
    local records = ec.array {}
    for index = first, last do
      records[#records + 1] = { id = IDS[index] }
    end
    return fake.json(200, { entities = records, cursors = { after = after } })
  end
  local answers = {}
  for index = 1, 10 do
    answers[index] = function(request)
      return request.url:find("cursor=next", 1, true) and page(4, 5) or page(1, 3, "next")
    end
  end
  return fake.client(answers).client
end

describe("a resume token", function()
  for taken = 0, #IDS do
    it("of an iterator closed after " .. taken .. " records continues after them", function()
      local iterator = scanning():scan_contacts()
      for _ = 1, taken do
        iterator:next()
      end
      iterator:close()
      iterator:close()
      local seen = {}
      for index = 1, taken do
        seen[index] = IDS[index]
      end
      for contact in scanning():scan_contacts { from = iterator:resume_token() } do
        seen[#seen + 1] = contact.id
      end
      assert.same(IDS, seen)
    end)
  end

  it("is rejected together with on_expired=restart", function()
    local client = scanning()
    local token = client:scan_contacts():resume_token()
    assert.truthy(fake.misuse(function()
      local _ = client:scan_contacts { from = token, on_expired = "restart" }
    end):find("'from'", 1, true))
  end)
end)
