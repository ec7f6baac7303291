-- Ends every session of the user but the one on a device to keep, and forgets the user snapshot.
-- ARGV: reason, device id to keep or ''

each_session(function(id, session)
  if id ~= ARGV[2] then finish(id, session, ARGV[1]) end
end)
redis.call('HDEL', KEYS[1], USER)
return redis.status_reply('OK')
