-- What wrk sends: PATH?n=, a number that was not sent before, or always the
-- same one; RATE times a second and connection where that is not 0.
--   wrk … -s bench/nginx/wrk.lua URL -- PATH new|same RATE
local path, same, pause
local count = 0

function init(arguments)
  path, same = arguments[1], arguments[2] == "same"
  local rate = tonumber(arguments[3])
  pause = rate > 0 and 1000 / rate or 0
  math.randomseed(os.time())
  count = same and 42 or math.random(1, 900) * 1000000
end

function delay()
  return pause
end

function request()
  if not same then
    count = count + 1
  end
  return wrk.format("GET", ("%s?n=%%2B1%010d"):format(path, count))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(("RESULT %d %d %d %g %g %g\n"):format(summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
