local child = require("extcontacts.core").child

-- Answers each line with its upper case, `quit` by ending, `hang` not at all.
local ECHO = { "/bin/sh", "-c", [[
  while read -r line; do
    case $line in
      quit) exit 3 ;;
      hang) exec sleep 600 ;;
      long) head -c 5000 /dev/zero | tr '\0' x ;;
      *) echo "<$line>" ;;
    esac
  done]] }

describe("core.child", function()
  it("answers line by line, in one process", function()
    local echo = assert(child.start(ECHO))
    for _, line in ipairs { "a", "", "$(id) `id` ; rm x", "ü", ("x"):rep(4000) } do
      assert.equal("<" .. line .. ">", echo:ask(line, 30))
    end
    assert.has_error(function() echo:ask("a\nb", 30) end)
    echo:close()
    assert.same({ nil, "it is closed" }, { echo:ask("a", 30) })
  end)

  it("reports a program that ends, hangs or says too much, and ends it", function()
    for line, reason in pairs { quit = "it ended", long = "its answer is too long" } do
      local echo = assert(child.start(ECHO))
      assert.same({ nil, reason }, { echo:ask(line, 30) })
      assert.same({ nil, "it is closed" }, { echo:ask("a", 30) })
    end
    local echo = assert(child.start(ECHO))
    assert.same({ nil, "it did not answer in time" }, { echo:ask("hang", 0.01) })
    assert.same({ nil, "it is closed" }, { echo:ask("a", 30) })
  end)

  it("names a program that it can't start", function()
    local none, problem = child.start { "/nonexistent/program" }
    assert.is_nil(none)
    assert.equal("/nonexistent/program: No such file or directory", problem)
    assert.has_error(function() child.start {} end)
    assert.has_error(function() child.start { "a\0b" } end)
    assert.has_error(function() child.start { 1 } end)
  end)

  it("is collected", function()
    for _ = 1, 20 do
      assert(child.start { "/bin/cat" })
    end
    collectgarbage()
    collectgarbage()
    local cat = assert(child.start { "/bin/cat" })
    assert.equal("alive", cat:ask("alive", 30))
    cat:close()
    cat:close()
  end)
end)
