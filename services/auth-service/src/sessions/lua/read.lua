-- The live session behind an access token, with its user. Changes nothing, but for a lease where the user is missing.
-- ARGV: device id, sid, now or '', idle ms, max age ms, lease nonce
-- Returns {'ended'} | {'snapshot_missing', lease} | {'live', device name, user}

local found = redis.call('HMGET', KEYS[1], ARGV[1], USER)
local session, user = found[1] and cmsgpack.unpack(found[1]), found[2]
if not session or session[SID] ~= ARGV[2] then return { 'ended' } end
if clock(ARGV[3]) >= (expiry(session, tonumber(ARGV[4]), tonumber(ARGV[5]))) then return { 'ended' } end
if is_missing(user) then return { 'snapshot_missing', lease(user, ARGV[6]) } end
return { 'live', session[NAME], user }
