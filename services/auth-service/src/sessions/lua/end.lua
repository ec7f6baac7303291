-- Ends one session. The reason is kept even if the session is not there, unless an earlier one was.
-- ARGV: device id, sid, reason

local packed = redis.call('HGET', KEYS[1], ARGV[1])
local session = packed and cmsgpack.unpack(packed)
if session and session[SID] == ARGV[2] then
  end_session(ARGV[1], session, ARGV[3])
else
  redis.call('SET', KEYS[1] .. ':ended:' .. ARGV[2], ARGV[3], 'PX', ENDED_RETENTION_MS, 'NX')
end
return redis.status_reply('OK')
