-- Whether the data of this node is as new as it was brought up to be; if so, the checkpoint advances.
-- ARGV: replication id, checkpoint or ''
-- Returns {'behind'} | {'current', the checkpoint before or ''}

local found = redis.call('HMGET', KEYS[1], 'current', 'checkpoint')
if found[1] ~= ARGV[1] or not is_master_under(ARGV[1]) then return { 'behind' } end
advance(ARGV[2])
return { 'current', found[2] or '' }
