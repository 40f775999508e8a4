--- Where a call stands, and so how it waits.
--
-- An env is a table of functions; nothing else in the module waits:
--   wait(engine, waitable)   returns when `waitable:done()`; a transfer of the
--                            engine, or anything else that has `done`
--   sleep(engine, seconds, now)  lets time pass, while other transfers go on
--                            `false` when the program was interrupted meanwhile
--   notify(waitable)         tells that a waitable which is no transfer is done
--
-- Once `core.signal.caught()` gives a signal (see `extcontacts.main`), `wait`
-- ends what it waits for with `transfer:cancel("interrupted")`.

local blocking = require "extcontacts.env.blocking"

local env = {}

--- The env of the code that is running now.
---@param state extcontacts.State
---@return table
function env.here(state)
  return state.env or blocking
end

return env
