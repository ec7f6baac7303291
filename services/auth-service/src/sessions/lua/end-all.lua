-- Ends every session of the user but the one to keep, and forgets the user snapshot.
-- ARGV: reason, sid to keep or ''

each_session(function(id, session)
  if session[SID] ~= ARGV[2] then finish(id, session, ARGV[1]) end
end)
redis.call('HDEL', KEYS[1], USER)
return redis.status_reply('OK')
