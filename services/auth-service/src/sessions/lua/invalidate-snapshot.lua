-- Removes the user snapshot, or the lease that was taken to fill it in.

redis.call('HDEL', KEYS[1], USER)
return redis.status_reply('OK')
