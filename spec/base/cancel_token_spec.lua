local cancel_token = require "extcontacts.base.cancel_token"

-- A transfer that counts how often it was cancelled.
local function transfer()
  return { count = 0, cancel = function(self) self.count = self.count + 1 end }
end

describe("a cancel token", function()
  it("is recognised, and says whether it was used", function()
    local token = cancel_token.new()
    assert.is_true(cancel_token.is(token))
    assert.is_false(cancel_token.is { cancelled = true })
    assert.is_false(cancel_token.is(nil))
    assert.equal("extcontacts.cancel_token (not cancelled)", tostring(token))
    token:cancel()
    assert.is_true(token.cancelled)
    assert.equal("extcontacts.cancel_token (cancelled)", tostring(token))
  end)

  it("cancels the transfers it watches, and those that come later", function()
    local token, running, ended, later = cancel_token.new(), transfer(), transfer(), transfer()
    token:watch(running)
    token:watch(ended)
    token:forget(ended)
    token:cancel()
    token:watch(later)
    assert.same({ 1, 0, 1 }, { running.count, ended.count, later.count })
  end)
end)
