--- Why the C core can't be loaded, in the words of the system's loader and in ours.

local native = require "extcontacts.base.native"
local script = require "spec.support.script"

describe("native.explain", function()
  for words, explanation in pairs {
    ["libcurl.so.4: cannot open shared object file: No such file or directory"] = "libcurl is not installed",
    ["core.so: undefined symbol: luaL_setfuncs"] = "another Lua",
    ["core.so: undefined symbol: curl_url, version CURL_OPENSSL_4"] = "libcurl of this system is older",
    ["/lib/libcurl.so.4: version `OPENSSL_3.0.0' not found (required by libcurl.so.4)"] = "another libssl",
  } do
    it("explains: " .. words, function()
      local message = native.explain(words)
      assert.equal(words, message:sub(1, #words))
      assert.matches(explanation, message, 1, true)
    end)
  end

  it("leaves other messages as they are", function()
    assert.equal("module 'extcontacts.core' not found", native.explain "module 'extcontacts.core' not found")
  end)
end)

describe('require "extcontacts"', function()
  local directory

  -- Runs shell commands in the directory.
  local function shell(commands)
    local status = os.execute("cd " .. directory .. " && " .. commands)
    assert.is_true(status == true or status == 0)
  end

  before_each(function()
    directory = os.tmpname()
    os.remove(directory)
    os.execute("mkdir -p " .. directory .. "/extcontacts")
    shell [[
      echo 'int lua_other(void), ssl_new(void); int luaopen_extcontacts_core(void);
        int luaopen_extcontacts_core(void) {
        #ifdef OTHER_LUA
          return lua_other();
        #else
          return ssl_new();
        #endif
        }' >core.c
      echo 'int ssl_new(void); int ssl_new(void) { return 0; }' >ssl.c]]
  end)

  after_each(function()
    os.execute("rm -r " .. directory)
  end)

  -- The error of a program that finds the core in this directory.
  local function failure()
    local _, output, errors = script.start(([[
      package.cpath = "%s/?.so"
      local _, message = pcall(require, "extcontacts")
      print(message)
    ]]):format(directory)):finish()
    assert.equal("", errors)
    return output
  end

  it("explains a core that was built for another Lua", function()
    shell "cc -shared -fPIC -DOTHER_LUA -Wl,-z,now -o extcontacts/core.so core.c"
    assert.matches("undefined symbol: lua_other\nIt was built for another Lua", failure(), 1, true)
  end)

  it("explains a libssl that lacks what libcurl needs", function()
    shell [[
      echo 'OPENSSL_9.9 { global: *; };' >new.map; echo 'OPENSSL_9.0 { global: *; };' >old.map
      cc -shared -fPIC -Wl,--version-script=new.map -o libssl.so ssl.c &&
      cc -shared -fPIC -Wl,-z,now -Wl,-rpath,"$PWD" -o extcontacts/core.so core.c "$PWD/libssl.so" &&
      cc -shared -fPIC -Wl,--version-script=old.map -o libssl.so ssl.c]]
    assert.matches("version `OPENSSL_9%.9' not found.*another libssl.*CURL_LIBS=%-l:libcurl%-gnutls%.so%.4", failure())
  end)
end)
