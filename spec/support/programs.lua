--- Programs and libraries that a spec needs and that `make test` does not
-- install.  Specs name them by their Debian package; spec/support/deps.sh
-- knows the packages and checks for the programs themselves.
--
--   it("…", function()
--     programs.need("zsh", pending)
--     …
--   end)
--
-- EXTCONTACTS_WITHOUT="zsh fish" runs the specs as if these were missing.

local programs = {}

-- Of this run, by package; and how many specs are pending for it.
local available, lacking, specs = {}, {}, 0

local HAS = "sh spec/support/deps.sh --has '%s' >/dev/null 2>&1; echo $?"

--- Whether what a Debian package provides is available.
---@param package_name string one that spec/support/deps.sh names
---@return boolean
function programs.has(package_name)
  if available[package_name] == nil then
    local pipe = assert(io.popen(HAS:format(package_name), "r"))
    local status = pipe:read "*l"
    pipe:close()
    if status ~= "0" and status ~= "1" then
      error(("spec/support/deps.sh names no package '%s'"):format(package_name), 2)
    end
    available[package_name] = status == "0"
  end
  return available[package_name]
end

--- Leaves the running spec pending unless a program is available.
---@param package_name string
---@param pending fun(reason: string) busted's, as the body of an `it` sees it
function programs.need(package_name, pending)
  if programs.has(package_name) then
    return
  end
  if not lacking[package_name] then
    lacking[package_name] = true
    lacking[#lacking + 1] = package_name
  end
  specs = specs + 1
  pending(("NOT RUN: %s is not installed (install it: make deps-optional)"):format(package_name))
end

--- How many specs are pending because a program is missing, and the packages
-- they need.
---@return integer specs
---@return string[] packages
function programs.lacking()
  return specs, lacking
end

return programs
