-- An export job: the platform writes the contacts that changed to a file, and this script
-- waits for it and downloads it.
--   lua5.4 examples/12_export_job.lua [FILE [JOB]]
local ec = require "extcontacts"

local client = ec.connect()
local path = arg and arg[1] or os.tmpname()

local result, err = client.contacts:export {
  path = path,
  overwrite = true,
  job = arg and arg[2], -- continues with an export that was started earlier
  filters = { gte = { field = "ModifyDate", value = "2020-01-01T00:00:00Z" } },
  deadline = 600,
  on_progress = function(progress)
    print(("%s (%s)"):format(progress.step, progress.status or "status unknown"))
  end,
}
if not result then
  print(err)
  if err.job then
    print(("to resume: lua5.4 examples/12_export_job.lua %s %s"):format(path, err.job))
  end
  os.exit(1)
end
print(("%d contacts, %d bytes exported"):format(result.rows, result.size))
if not (arg and arg[1]) then
  os.remove(path)
end
