-- wrk: posts one query with 200 sets of variables by turns, and says what it measured as JSON.
local path, token = os.getenv("BENCH_QUERY"), os.getenv("BENCH_TOKEN")
local file = assert(io.open(path))
local query = file:read("*a"):gsub("%s+", " ")
file:close()

local head = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}
local requests, turn = {}, 0

function init()
  for skip = 0, 199 do
    local body = string.format('{"query":"%s","variables":{"skip":%d}}', query, skip)
    requests[skip + 1] = wrk.format("POST", "/graphql", head, body)
  end
end

function request()
  turn = turn % 200 + 1
  return requests[turn]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    'MEASURED {"requests":%d,"microseconds":%d,"p50_us":%d,"p99_us":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    failed.connect + failed.read + failed.write + failed.status + failed.timeout
  ))
end
