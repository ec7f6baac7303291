-- The data of this node has been brought up to date, unless it went back since that began.
-- ARGV: replication id, checkpoint or ''
-- Returns {'behind'} | {'current'}

local found = redis.call('HMGET', KEYS[1], 'current', 'pending')
if found[1] ~= ARGV[1] and found[2] ~= ARGV[1] or not is_master_under(ARGV[1]) then return { 'behind' } end
redis.call('HSET', KEYS[1], 'current', ARGV[1])
redis.call('HDEL', KEYS[1], 'pending')
advance(ARGV[2])
return { 'current' }
