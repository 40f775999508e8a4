-- The search for what files still say about people.
local search = require "extcontacts.snapshot.forget_search"
local tempfile = require "spec.support.tempfile"

describe("the search for people in a file", function()
  local new_file = tempfile.creator(after_each)

  -- Which of some terms, in lower case, a file with a text has.
  local function found(text, ...)
    local terms, names = {}, {}
    for _, term in ipairs { ... } do
      terms[term] = true
    end
    for name in pairs(search.find(new_file(text), terms)) do
      names[#names + 1] = name
    end
    table.sort(names)
    return names
  end

  it("finds addresses and numbers, whatever their case", function()
    assert.same({ "+4930100001", "ann@example.com" },
      found('{"a":"Ann@Example.COM","b":"+4930100001"}', "ann@example.com", "+4930100001", "bob@example.com"))
  end)

  it("finds them where JSON as received writes characters with escapes", function()
    assert.same({ "+4930100001", "ann@example.com" },
      found([[{"a":"\u0041nn\u0040example.com","b":"\u002B4930100001","c":"b\u00f6b@example.com"}]],
        "ann@example.com", "+4930100001", "bob@example.com"))
  end)

  it("finds them at the end of what is read at a time", function()
    for shift = 0, 40 do
      local text = ("x"):rep(262144 - shift) .. [[a\u006en\u0040example.com]] .. ("y"):rep(300000)
      assert.same({ "ann@example.com" }, found(text, "ann@example.com", "bob@example.com"))
    end
  end)
end)
