-- Removes everything of a user that names them. Why their sessions ended stays for its week; it holds no name.

redis.call('DEL', KEYS[1])
return redis.status_reply('OK')
