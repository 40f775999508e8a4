--- The check of the rate limit: the server's report, and a measurement on
-- request.

local core = require "extcontacts.core"
local problems = require "extcontacts.doctor.problems"
local reachability = require "extcontacts.doctor.reachability"

local rate = {}

-- The most requests that a measurement sends.
local MAX_READS = 1000

--- Notes the limit that an answer's headers report, if they do.
---@param ctx extcontacts.Examination
---@param headers table<string, string>
function rate.read_headers(ctx, headers)
  local allowed = tonumber(headers["inin-ratelimit-allowed"])
  if allowed then
    ctx.rate = {
      allowed = allowed,
      count = tonumber(headers["inin-ratelimit-count"]),
      reset = tonumber(headers["inin-ratelimit-reset"]),
    }
  end
end

--- Reports the limit that the headers reported.
---@param ctx extcontacts.Examination
function rate.examine(ctx)
  local reported = ctx.rate
  if reported then
    ctx.findings:ok("rate", ("%d requests per window: %s used, %s s left"):format(
      reported.allowed, reported.count or "?", reported.reset or "?"), reported)
  else
    ctx.findings:note("rate", "the server does not report its limit; usually it is 300 requests per minute and token")
  end
end

--- Measures the limit: reads until the server answers 429.
---@param ctx extcontacts.Examination
---@param client extcontacts.Client
---@param row extcontacts.Operation a read
---@param options table its arguments
function rate.measure(ctx, client, row, options)
  local started = core.engine.now()
  while ctx.reads < MAX_READS do
    local _, err = client:call(row.short, options)
    if err and err.kind == "cancelled" then
      error(err, 0)
    elseif err and err.status ~= 429 then
      return ctx.findings:fail("rate", problems.of(err), reachability.host_of(ctx.config.base_url), err.message)
    elseif err then
      return ctx.findings:ok("rate", ("measured: 429 after %d requests, all sent by this command; the next window "
        .. "opens in %s s"):format(ctx.reads, err.retry_after or "?"), {
        requests = ctx.reads,
        retry_after = err.retry_after,
        seconds = core.engine.now() - started,
      })
    end
    ctx.reads = ctx.reads + 1
  end
  ctx.findings:note("rate", ("measured: no limit reached after %d requests"):format(ctx.reads), {
    requests = ctx.reads,
    seconds = core.engine.now() - started,
  })
end

return rate
