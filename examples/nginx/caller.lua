-- The handlers of the locations in nginx.conf.
local ec = require "extcontacts"
local resty = require "extcontacts.resty"

local caller = {}

--- For init_by_lua: only here can the environment be read.
function caller.init()
  local shared = require("extcontacts.store.nginx").new "extcontacts"
  caller.lookup = resty.lookup {
    client = ec.connect { rate_store = shared, token_cache = shared },
    dict = "extcontacts_lookup",
    deadline = 1.5,
    expand = { "contacts.externalOrganization" },
  }
end

local function reply(status, body)
  ngx.status = status
  ngx.print(assert(ec.json.encode(body)), "\n")
end

local function text(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local ADDRESSES = { "workEmail", "personalEmail", "otherEmail" }

-- Only the fields that the page shows leave this server.
local function visible(contact)
  local phones, emails = ec.array {}, ec.array {}
  for _, name in ipairs(PHONES) do
    local phone = contact[name]
    if type(phone) == "table" then
      phones[#phones + 1] = text(phone.display) or text(phone.e164)
    end
  end
  for _, name in ipairs(ADDRESSES) do
    emails[#emails + 1] = text(contact[name])
  end
  local organization = contact.externalOrganization
  return {
    id = contact.id,
    firstName = text(contact.firstName),
    lastName = text(contact.lastName),
    title = text(contact.title),
    organization = type(organization) == "table" and text(organization.name) or nil,
    phones = phones,
    emails = emails,
  }
end

--- /caller?number=…: 200; 404 if no contact has the number; 400; 503.
function caller.answer()
  local number = ngx.req.get_uri_args(10).number
  local contact, err, answer = caller.lookup:caller(type(number) == "string" and number or "")
  if contact then
    reply(200, {
      contact = visible(contact), others = #answer.contacts - 1,
      stale = answer.stale, age = math.floor(answer.age),
    })
  elseif not err then
    reply(404, { error = "unknown", message = "No contact in the directory has this number." })
  elseif err.kind == "invalid" then
    reply(400, { error = err.code, message = err.message })
  else
    ngx.log(ngx.WARN, "caller lookup failed: ", tostring(err))
    ngx.header["Retry-After"] = math.ceil(err.retry_after or 1)
    reply(503, { error = err.code or err.kind, message = "The directory is not available at the moment." })
  end
end

--- /health: 200 as long as nginx answers; `circuit` is the state of the API.
function caller.health()
  local health = caller.lookup:health()
  reply(200, { status = health.ok and "ok" or "degraded", circuit = health.circuit })
end

--- POST /changed?id=…: drops the cached answers with a record that has changed.
function caller.changed()
  local id = ngx.req.get_uri_args(10).id
  if ngx.req.get_method() ~= "POST" or type(id) ~= "string" then
    return reply(400, { message = "Send a POST with ?id=, the id of the changed record." })
  end
  reply(200, { dropped = caller.lookup:invalidate(id) })
end

return caller
