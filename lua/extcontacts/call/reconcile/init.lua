--- What is done about a create whose reply was lost: it is looked for, and only
-- sent again when it certainly is not there.  The reading goes through `exec`
-- like every other call; what to read and compare is `ambiguous`'s business.

local match = require "extcontacts.call.reconcile.match"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"

local reconcile = {}

-- The first pause between two looks, and the longest.
local FIRST_NAP, LONGEST_NAP = 0.5, 10

-- Ids of creates that are remembered, in two generations of so many.
local GENERATION = 5000

--- What a client knows of its creates.
function reconcile.new()
  return { ids = {}, older = {}, count = 0, bodies = {} }
end

--- Notes the id a create got, so that another's look does not take it for its
-- own.
---@param creates table
---@param row extcontacts.Operation
---@param value any the answer
function reconcile.claim(creates, row, value)
  if not row.check or type(value) ~= "table" or type(value.id) ~= "string" then
    return
  end
  creates.ids[value.id] = true
  creates.count = creates.count + 1
  if creates.count >= GENERATION then
    creates.older, creates.ids, creates.count = creates.ids, {}, 0
  end
end

local function claimed_of(creates, except)
  return setmetatable({}, {
    __index = function(_, id)
      return creates.ids[id] or creates.older[id] or (except and except[id])
    end,
  })
end

--- Notes that a body is on its way, or no longer; two equal ones at a time
-- can't be told apart later.
---@param creates table
---@param row extcontacts.Operation
---@param body string|nil
---@param change integer 1 or -1
function reconcile.count(creates, row, body, change)
  if row.check and body then
    local left = (creates.bodies[body] or 0) + change
    creates.bodies[body] = left > 0 and left or nil
  end
end

local function explain(err, why)
  err.ambiguous, err.retryable = true, false
  err.message = ("%s; it may have been carried out all the same: %s"):format(err.message, why)
  return nil, "ambiguous"
end

-- Runs one read; its deadline and canceller are the call's.
local function read(perform, state, call, what)
  local row = operations.by_name[what.operation]
  local bound = assert(params.bind(row, #what.arguments, what.arguments))
  bound.options.finish, bound.options.cancel = call.deadline, call.canceller
  return perform(state, row, bound)
end

-- Looks once.  Gives the record, or nil and why absence is not proven.
local function look(perform, state, call, row, bound, reads, sought)
  local doubts
  for _, what in ipairs(reads) do
    local answer, failure = read(perform, state, call, what)
    local records = {}
    if failure then
      if failure.status ~= 404 then
        doubts = failure
      end
    elseif what.records then
      records = type(answer[what.records]) == "table" and answer[what.records] or records
      local most = operations.by_name[what.operation].max_results
      if most and #records >= most then
        doubts = "too many records share its e-mail or phone"
      end
    else
      records = { answer }
    end
    for _, candidate in ipairs(records) do
      local id = type(candidate) == "table" and candidate.id
      if type(id) == "string" and not sought.rejected[id] and not sought.claimed[id] then
        local whole = candidate
        if what.records then
          whole, failure = read(perform, state, call, match.read_one(row, bound, id))
          if failure and failure.status ~= 404 then
            doubts = failure
          end
        end
        if whole and match.is_it(row, bound, whole, sought) then
          return whole
        end
        sought.rejected[id] = whole ~= nil and row.check.find ~= nil or nil
      end
    end
  end
  return nil, doubts
end

local function why_not(row)
  if not row.check then
    return "nothing tells whether it was; read before you send it again"
  end
  return "it has no e-mail, international phone or name to look for it by; pass "
    .. "marker=\"customFields.…\", a field whose value no other record has"
end

-- The server's time when the create was first sent.
local function since_of(state, call)
  return state.server_ahead and call.sent_at + state.server_ahead
end

---@class extcontacts.DoubtTools what `exec` does for the look
---@field perform fun(state, row, bound): any, extcontacts.Error|nil
---@field pause fun(state, call, seconds: number, reason: string): extcontacts.Error|nil

--- Finds out what became of a request whose outcome is not known.
---@param tools extcontacts.DoubtTools
---@param state extcontacts.State
---@param call table
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@param err extcontacts.Error its failure; says in the end that it is ambiguous
---@param body string|nil its JSON text
---@return table|nil record the record that was created
---@return "repeat"|"ambiguous"|nil outcome
function reconcile.resolve(tools, state, call, row, bound, err, body)
  if call.on_ambiguous == "resend" then
    return nil, "repeat"
  elseif call.on_ambiguous == "error" or err.kind == "cancelled" then
    return explain(err, "read before you send it again")
  end
  local reads, proves = match.reads(row, bound, call.options.marker)
  local since = since_of(state, call)
  if #reads == 0 then
    return explain(err, why_not(row))
  elseif (state.creates.bodies[body] or 0) > 1 then
    return explain(err, "an equal record is being created at the same time")
  elseif row.check.created and not since then
    return explain(err, "the server's clock is not known, so an older record could be taken for it")
  end
  local sought = {
    marker = call.options.marker, since = since, rejected = {},
    claimed = claimed_of(state.creates, call.except),
  }
  local finish, nap = state.now() + call.check_time, FIRST_NAP
  while true do
    local record, doubts = look(tools.perform, state, call, row, bound, reads, sought)
    if record then
      call.recovered = true
      state.stats.recovered = state.stats.recovered + 1
      return record
    elseif state.now() >= finish then
      if proves and not doubts then
        err.message = err.message .. "; it was looked for and is not there"
        return nil, "repeat"
      end
      err.cause = doubts or err.cause
      return explain(err, "it was looked for and not found, which proves nothing here")
    elseif call.deadline and state.now() + nap >= call.deadline then
      return explain(err, "there was no time left to look for it")
    end
    local stop = tools.pause(state, call, math.min(nap, finish - state.now()), "retry")
    if stop then
      return explain(err, stop.message)
    end
    nap = math.min(nap * 2, LONGEST_NAP)
  end
end

return reconcile
