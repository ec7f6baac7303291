-- Sets the user snapshot in place of what was found there before the user was read: a lease, or a snapshot that does not count. A
-- change of the user removes either, so that what was read before the change cannot land after it.
-- ARGV: what was found, user
-- Returns 1 when it was set, else 0.

if redis.call('HGET', KEYS[1], USER) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], USER, ARGV[2])
return 1
