-- Takes one count back from the newest slot of each counter. What was counted for longer stays as it is.
-- ARGV: now or '', counters
-- Returns {'given_back'}

local now = clock(ARGV[1])

for _, counter in ipairs(counters_from(2)) do
  local slots = read(counter, now)
  local newest = slots[#slots]
  if newest and newest.count > 1 then
    newest.count = newest.count - 1
    redis.call('HSET', counter.key, counter.field, pack_slots(slots))
  elseif newest then
    slots[#slots] = nil
    if #slots > 0 then redis.call('HSET', counter.key, counter.field, pack_slots(slots))
    else redis.call('HDEL', counter.key, counter.field) end
  end
end
return { 'given_back' }
