-- Puts back a session that was opened, never ended, and is not there: Redis lost it, with its generations. The first token
-- presented sets them again, and its own expiry limits how long the session may idle.
-- ARGV: device id, sid, created at, now or '', idle ms, max age ms, delivery, device name
-- Returns 1 when it was put back, else 0.

local device_id, sid, created_at, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), clock(ARGV[4])
if now >= created_at + tonumber(ARGV[6]) then return 0 end
if redis.call('HEXISTS', KEYS[1], device_id) == 1 or redis.call('EXISTS', KEYS[1] .. ':ended:' .. sid) == 1 then return 0 end
save(device_id, { sid, created_at, 1, 0, now, {}, ARGV[7], ARGV[8], '', '' }, tonumber(ARGV[5]))
return 1
