-- Looks at every limit of a guess. Where one is reached nothing is counted; else the guess gets a place in each.
-- ARGV: now or '', id of the reservation or '' to count at once, ms until the reservation expires, counters
-- Returns {'admitted'} | {'refused', place of the limit, ms to wait}

local now, id, reserved_ms = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local counters = counters_from(4)

local reached, wait = find_reached(counters, now)
if reached then return { 'refused', reached, wait } end

for _, counter in ipairs(counters) do
  if id == '' then count(counter, now)
  else
    redis.call('ZADD', counter.pending, now + reserved_ms, id)
    redis.call('PEXPIRE', counter.pending, reserved_ms)
    -- A field that the hash might refuse is taken from now on.
    if counter.when_full == 'refuse' and redis.call('HEXISTS', counter.key, counter.field) == 0 then write(counter, '') end
  end
end
return { 'admitted' }
