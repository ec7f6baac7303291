-- Ends one session, if it is still the one named.
-- ARGV: device id, sid, reason
-- Returns 1 when it ended, else 0.

local packed = redis.call('HGET', KEYS[1], ARGV[1])
if not packed then return 0 end
local session = cmsgpack.unpack(packed)
if session[SID] ~= ARGV[2] then return 0 end
finish(ARGV[1], session, ARGV[3])
return 1
