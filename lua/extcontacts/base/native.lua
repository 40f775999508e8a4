--- Loads the C core first, so that an application whose system can't load it gets an
-- explanation besides the system's own words.

local DOC = "docs/platforms.md"

-- What the loader says, by pattern, and what to do about it.
local EXPLANATIONS = {
  {
    "version `OPENSSL_[%w_.]+' not found",
    "This program has loaded another libssl than the one that libcurl needs; OpenResty brings its own. Build "
      .. "extcontacts with a libcurl that uses another TLS library, such as Debian's libcurl3-gnutls: "
      .. "make install LUA=luajit CURL_LIBS=-l:libcurl-gnutls.so.4",
  },
  {
    "undefined symbol: lua",
    "It was built for another Lua than the one that runs this program. Build it for this one, with LUA=luajit "
      .. "(also for OpenResty), LUA=lua5.4 or LUA=lua5.3",
  },
  {
    "undefined symbol: curl_",
    "The libcurl of this system is older than the one that it was built with. Build it on this system",
  },
  {
    "libcurl[%w.-]*: cannot open shared object file",
    "The library libcurl is not installed. Install it (Debian: libcurl4)",
  },
}

local native = {}

--- The message of a failed load with an explanation, if there is one.
---@param message string
---@return string
function native.explain(message)
  for _, case in ipairs(EXPLANATIONS) do
    if message:find(case[1]) then
      return ("%s\n%s (%s)."):format(message, case[2], DOC)
    end
  end
  return message
end

local loaded, message = pcall(require, "extcontacts.core")
if not loaded then
  error(native.explain(tostring(message)), 0)
end

return native
