--- Files about an account that outlast a plan, beside the user's state: one for each
-- organization, or for each OAuth client whose organization is not known.

local errors = require "extcontacts.base.errors"
local file_store = require "extcontacts.rate.store.file"

local account_files = {}

-- Bytes of a digest in a name.
local SHOWN = 16

--- The path of an account's file.
---@param account extcontacts.fix.Identity|table a connection's identity, or a file's header
---@param name string `never.csv`
---@param getenv (fun(name: string): string|nil)|nil default: os.getenv
---@return string|nil path nil without a home directory, or if the account is not known
---@return string|nil directory
function account_files.path(account, name, getenv)
  local directory = file_store.directory(getenv or os.getenv)
  local key = account.organization or account.client and "client-" .. account.client:sub(1, SHOWN)
  if not directory or not key then
    return nil
  end
  directory = directory .. "/accounts"
  return ("%s/%s.%s"):format(directory, (key:gsub("[^%w-]", "_")), name), directory
end

--- The path of an account's file, in a directory that exists.  Raises an error object if
-- the directory can't be found or created.
---@param account extcontacts.fix.Identity
---@param name string
---@param getenv (fun(name: string): string|nil)|nil default: os.getenv
---@return string path
function account_files.create(account, name, getenv)
  local path, directory = account_files.path(account, name, getenv)
  if not path then
    errors.raise_invalid(("there is no directory for %s: set HOME or XDG_STATE_HOME, and use an OAuth client"):format(
      name))
  end
  local made, problem = file_store.make_directories(directory)
  if not made then
    errors.raise_invalid(("%s can't be created: %s"):format(directory, tostring(problem)))
  end
  return path
end

return account_files
