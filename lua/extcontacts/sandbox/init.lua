--- The sandbox: a local server that behaves like the External Contacts API.
--
-- `launch/` prepares it in the command's process; everything else runs inside
-- nginx.  `server` starts it, `http/` takes requests, `handlers/` carry out the
-- operations, `state/` holds records, tokens and faults, and `generate/` creates
-- the seeded records.  Each folder uses only those named after it and the files
-- next to this one.  The sandbox shares `base/` and `api/` with the client, and
-- nothing else: a mistake of the client must not repeat itself here.

local launch = require "extcontacts.sandbox.launch"
local server_options = require "extcontacts.sandbox.server_options"

return {
  options = server_options,
  prepare = launch.prepare,
}
