-- The requests of wrk: PATH?n= with a new number each time, or always the same
-- one; RATE times per second and connection unless RATE is 0.
--   wrk … -s bench/nginx/wrk.lua URL -- PATH new|same RATE
-- wrk is cheapest when neither `request` nor `delay` is defined.
function init(arguments)
  local path, rate, number = arguments[1], tonumber(arguments[3]), 42
  if rate > 0 then
    function delay()
      return 1000 / rate
    end
  end
  local function target()
    return ("%s?n=%%2B1%010d"):format(path, number)
  end
  wrk.path = target()
  if arguments[2] == "new" then
    math.randomseed(os.time())
    number = math.random(1, 900) * 1000000
    function request()
      number = number + 1
      return wrk.format("GET", target())
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(("RESULT %d %d %d %g %g %g\n"):format(summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
