-- Ends a reservation: a wrong guess is counted, anything else is given back.
-- ARGV: now or '', id of the reservation, 'wrong' | 'right' | 'undecided', counters
-- Returns {'settled'} | {'expired'}: the place may be another guess's by now, and a wrong guess was not counted

local now, id, outcome = clock(ARGV[1]), ARGV[2], ARGV[3]
local counters = counters_from(4)

for _, counter in ipairs(counters) do
  local expires_at = redis.call('ZSCORE', counter.pending, id)
  if outcome == 'wrong' and not (expires_at and tonumber(expires_at) > now) then return { 'expired' } end
end

for _, counter in ipairs(counters) do
  redis.call('ZREM', counter.pending, id)
  if outcome == counter.counts then count(counter, now)
  elseif outcome == 'right' and counter.resets then redis.call('HDEL', counter.key, counter.field) end
  -- What was only reserved leaves nothing.
  if redis.call('HGET', counter.key, counter.field) == '' and reserved(counter, now) == 0 then
    redis.call('HDEL', counter.key, counter.field)
  end
end
return { 'settled' }
