--- Environment variables.  nginx removes those of its workers, after `init_by_lua`
-- has run: there, the named ones are kept for the Lua states of the workers, such as
-- that of each request with `lua_code_cache off`.

local core = require "extcontacts.core"

local environment = {}

local function in_nginx()
  return rawget(_G, "ngx") ~= nil
end

--- Keeps the present values of variables, inside nginx.
---@param names string[]
function environment.keep(names)
  if in_nginx() then
    for _, name in ipairs(names) do
      local value = os.getenv(name)
      if value then
        core.environment.keep(name, value)
      end
    end
  end
end

--- The value of a variable; inside nginx, the one that was kept if it is gone.
---@param name string
---@return string|nil
function environment.get(name)
  return os.getenv(name) or in_nginx() and core.environment.kept(name) or nil
end

--- What to do about variables that are missing, if nginx may have removed them.
---@param names string[]
---@return string hint empty outside of nginx
function environment.hint(names)
  if not in_nginx() then
    return ""
  end
  return ("; nginx removes them from its workers: load the module in init_by_lua, or add `env %s;` to nginx.conf")
    :format(table.concat(names, "; env "))
end

return environment
