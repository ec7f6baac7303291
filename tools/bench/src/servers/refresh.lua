-- Advances the session by one generation, if the presented one is current.
-- KEYS: the session's hash. ARGV: generation, idle time to live in milliseconds
local session = redis.call('HMGET', KEYS[1], 'generation', 'user', 'deviceName')
if session[1] ~= ARGV[1] then return false end
local generation = redis.call('HINCRBY', KEYS[1], 'generation', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { generation, session[2], session[3] }
