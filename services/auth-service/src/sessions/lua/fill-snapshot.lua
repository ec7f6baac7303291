-- Sets the user snapshot if the lease that was taken for it still stands. A change of the user removes the lease, so that what was
-- read before the change cannot land after it.
-- ARGV: lease nonce, user JSON
-- Returns 1 when it was set, else 0.

if redis.call('HGET', KEYS[1], USER) ~= '?' .. ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], USER, ARGV[2])
return 1
