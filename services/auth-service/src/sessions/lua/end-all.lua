-- Ends every session of the user but the one on a device to keep.
-- ARGV: reason, device id to keep or ''
-- Returns {device id, sid, ...}, a pair for each session ended.

local ended = {}
each_session(function(id, session)
  if id == ARGV[2] then return end
  finish(id, session, ARGV[1])
  ended[#ended + 1], ended[#ended + 2] = id, session[SID]
end)
redis.call('HDEL', KEYS[1], USER)
return ended
