-- Requests that never repeat: each has another range of days, and some have a filter.
-- Arguments: path, key, first day (a UNIX time at noon), days, span (0: any), spoil (nothing to send valid ranges, else
-- what to write as end_date), number of the first request, mean delay in ms (0: none), then the filters.
local path, key, days, span, spoil, at, delayed, ranges
local filters, texts = {}, {}

function init(args)
  path, key = args[1], args[2]
  local first = tonumber(args[3])
  days, span, spoil = tonumber(args[4]), tonumber(args[5]), args[6]
  at, delayed = tonumber(args[7]), tonumber(args[8])
  -- wrk asks for a delay before each request, if the function is there at all.
  if delayed == 0 then delay = nil end
  for index = 9, #args do filters[#filters + 1] = args[index] == "-" and "" or "&" .. args[index] end
  for day = 0, days - 1 do texts[day] = os.date("!%Y-%m-%d", first + day * 86400) end
  ranges = span > 0 and days - span + 1 or days * (days + 1) / 2
  math.randomseed(at + 1)
end

-- Number `count` of all ranges. The stride shares no factor with their number, so that each comes once a round.
local function range(count)
  local stride = math.floor(ranges * 0.618034)
  local function divisor(a, b) while b > 0 do a, b = b, a % b end return a end
  while stride > 1 and divisor(ranges, stride) > 1 do stride = stride - 1 end
  range = function(number)
    local place = (number % ranges) * stride % ranges
    if span > 0 then return place, place + span - 1 end
    -- Ranges by their last day: those that end on day n begin at n * (n + 1) / 2.
    local last = math.floor((math.sqrt(8 * place + 1) - 1) / 2)
    return place - last * (last + 1) / 2, last
  end
  return range(count)
end

function request()
  local first, last = range(at)
  -- One step more after each round of the ranges: then each range meets another filter.
  local filter = filters[(at + math.floor(at / ranges)) % #filters + 1]
  at = at + 1
  return "GET " .. path .. "?start_date=" .. texts[first] .. "&end_date=" .. (spoil ~= "-" and spoil or texts[last])
    .. filter .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: " .. key .. "\r\n\r\n"
end

function delay()
  local wanted = -delayed * math.log(1 - math.random())
  local whole = math.floor(wanted)
  return whole + (math.random() < wanted - whole and 1 or 0)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "refused": %d, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
