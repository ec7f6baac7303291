-- Shared by the scripts on a fence; prepended to each.
--
-- KEYS[1] is a hash: 'current' is the replication id under which the data of this node was brought up to date, 'pending' the one under
-- which that has begun, 'checkpoint' the last session event that was applied. ARGV[1] is a replication id.

local function advance(checkpoint)
  if checkpoint == '' then return end
  local before = redis.call('HGET', KEYS[1], 'checkpoint')
  if not before or tonumber(checkpoint) > tonumber(before) then redis.call('HSET', KEYS[1], 'checkpoint', checkpoint) end
end
