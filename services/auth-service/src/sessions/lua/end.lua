-- Ends one session, if it is still the one named.
-- ARGV: device id, sid or '' for whichever is there, reason
-- Returns the sid ended, or nil.

local packed = redis.call('HGET', KEYS[1], ARGV[1])
if not packed then return nil end
local session = cmsgpack.unpack(packed)
if ARGV[2] ~= '' and session[SID] ~= ARGV[2] then return nil end
finish(ARGV[1], session, ARGV[3])
return session[SID]
