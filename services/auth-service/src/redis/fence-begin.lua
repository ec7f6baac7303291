-- From now on it shows whether the data of this node goes back once more.
-- ARGV: replication id
-- Returns {'behind'}: the node has another id | {'begun', checkpoint or ''}

if not is_master_under(ARGV[1]) then return { 'behind' } end
local found = redis.call('HMGET', KEYS[1], 'current', 'checkpoint')
if found[1] ~= ARGV[1] then redis.call('HSET', KEYS[1], 'pending', ARGV[1]) end
return { 'begun', found[2] or '' }
