-- The parser that all commands share: help, usage, mistakes.
local compat = require "extcontacts.base.compat"
local exit = require "extcontacts.cli.exit"
local parser = require "extcontacts.cli.parser"

-- A command with an argument and some options.
local function example(fields)
  local command = {
    name = "x",
    summary = "do it",
    examples = "extcontacts x 1",
    setup = function(argparser)
      argparser:argument "id"
      argparser:flag("--fast", "faster")
      argparser:option("-o --output", "file to write"):argname "FILE"
    end,
  }
  for name, value in pairs(fields or {}) do
    command[name] = value
  end
  return command
end

describe("a command's help", function()
  it("has usage, description, options, examples, next steps and exit codes, in this order", function()
    local text = parser.make(example { connects = true, next_steps = "More to do.", exit_codes = { 0, { 1, "late" } } },
      {}):get_help()
    local at = 1
    for _, part in ipairs { "Usage: extcontacts x <id> [options]\n\nDo it.\n", "\nArguments:\n  id", "\nOptions:\n",
      "  --fast                  faster\n", "  -o, --output FILE       file to write\n", "\nConnection:\n",
      "\n\nExamples:\n  extcontacts x 1\n", "\nWhat happens next:\n  More to do.\n",
      "\nExit codes:\n    0  success\n    1  late" } do
      local first, last = text:find(part, at, true)
      assert.is_number(first, part)
      at = last
    end
    assert.equal(#text, at)
  end)

  it("lists the exit codes of requests for commands that send some", function()
    assert.not_matches("\n   75 ", parser.make(example(), {}):get_help())
    assert.matches("\n   75 ", parser.make(example { connects = true }, {}):get_help())
  end)

  it("shows the usage of the first argument if it decides about the others", function()
    local function usage(subject)
      return parser.make(example { usage = "<resource> <id>...", setup = function(argparser)
        argparser:argument "resource"
        argparser:argument "contact_id":args "+"
        return subject
      end }, {}):get_help():match "^[^\n]+"
    end
    assert.equal("Usage: extcontacts x <resource> <id>... [options]", usage())
    assert.equal("Usage: extcontacts x <resource> <contact_id>... [options]", usage "contacts")
  end)

  it("is asked for by a word before --", function()
    assert.is_true(parser.asks_help { "x", "--help" })
    assert.is_true(parser.asks_help { "-h" })
    assert.is_false(parser.asks_help { "x", "--", "--help" })
  end)
end)

describe("a command's words", function()
  local function read(...)
    local argparser = parser.make(example(), {})
    return parser.read(argparser, { ... })
  end

  it("become values by name", function()
    assert.same({ id = "1", fast = true, output = "f" }, read("1", "--fast", "-o", "f"))
  end)

  it("are refused with a suggestion and code 2", function()
    for sentence, words in pairs {
      ["unknown option '--fats', did you mean '--fast'?"] = { "1", "--fats" },
      ["unknown option '--ouput', did you mean '--output'?"] = { "1", "--ouput=x" },
      ["unknown option '-1'"] = { "1", "-1" },
      ["unknown option '--verbatim'"] = { "1", "--verbatim" },
      ["missing argument 'id'"] = {},
      ["too many arguments"] = { "1", "2" },
      ["option '-o' requires an argument"] = { "1", "-o" },
    } do
      local ok, failure = pcall(read, compat.unpack(words))
      assert.is_false(ok)
      assert.equal(sentence, tostring(failure))
      assert.equal(2, exit.code_of(failure))
    end
  end)

  it("are plain if they are neither options nor their values", function()
    local argparser = parser.make(example(), {})
    assert.same({ "a", "-", "b" }, parser.plain(argparser, { "a", "--fast", "-", "-o", "f", "b" }))
  end)
end)
