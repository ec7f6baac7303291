-- Ends one session. The reason is kept even if the session is not there, unless an earlier one was.
-- ARGV: device id, sid, reason, time of the end or '', ms from then for which its refresh tokens count as superseded

local end_record, superseded_ms = ARGV[3], tonumber(ARGV[5])
if superseded_ms > 0 then end_record = string.format('%s %.0f', end_record, clock(ARGV[4]) + superseded_ms) end

local packed = redis.call('HGET', KEYS[1], ARGV[1])
local session = packed and cmsgpack.unpack(packed)
if session and session[SID] == ARGV[2] then
  end_session(ARGV[1], session, end_record)
else
  redis.call('SET', KEYS[1] .. ':ended:' .. ARGV[2], end_record, 'PX', ENDED_RETENTION_MS, 'NX')
end
return redis.status_reply('OK')
