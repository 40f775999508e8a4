-- Specs of the commands that plan and apply fixes: the commands with the
-- environment of a place (spec/support/fixes.lua), and a fix to plan.
local assert = require "luassert"
local command = require "spec.support.command"
local fixes = require "spec.support.fixes"

local plan_command = {}

-- Sets the title of some contacts; its own verify accepts no bosses.
local FIX = [[
  local fix = require "extcontacts.fix"
  return {
    name = "titles",
    source = fix.ids { %s },
    options = { title = %q },
    change = function(contact, ctx)
      contact.title = ctx.options.title
      return contact
    end,
    verify = function(contact)
      return contact.title ~= "Boss", "no bosses"
    end,
  }
]]

--- A place for each spec of a block: `place`, `environment`, the paths `p`, `q`
--- and `none`, and functions.
---@param before_each function busted's, and so on
---@param options table|nil of `sandbox.shared`
function plan_command.around(before_each, after_each, options)
  local world = {}
  fixes.around(function(place)
    world.place = place
    world.environment = command.environment(place.server)
    world.environment.EXTCONTACTS_RATE = "off"
    world.environment.USER = "ann"
    world.environment.XDG_STATE_HOME = place:path "state"
    world.p, world.q, world.none = place:path "p", place:path "q", place:path "none"
    world.environment.P = world.p
  end, before_each, after_each, options)

  --- Runs a command line.
  function world.run(line, opts)
    opts = opts or {}
    opts.environment = world.environment
    return command.run(line, opts)
  end

  --- Writes the fix for the first contacts, and returns its path.
  function world.write_fix(count, title)
    local ids = {}
    for index, id in ipairs(world.place:ids(count)) do
      ids[index] = ("%q"):format(id)
    end
    return world.place:write("titles.lua", FIX:format(table.concat(ids, ", "), title or "Pilot"))
  end

  --- Plans it as "p".
  function world.planned(count)
    local code, _, errors = world.run(("plan %s -o %s"):format(world.write_fix(count), world.p))
    assert.equal(0, code, errors)
  end

  return world
end

return plan_command
