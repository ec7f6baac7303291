-- Shared by every session script; prepended to each.
--
-- KEYS[1] is the user's hash. Field 'u' holds the user snapshot in an envelope that no script can read; every other field is a device
-- id and holds that device's session, packed. Ended sessions leave KEYS[1]:ended:<sid> = reason behind for a week; one that a new session
-- replaced has '<reason> <time>': its refresh tokens count as superseded until then.
-- All of it shares the {userId} hash tag, hence one cluster slot, so that a script may reach the ended keys it
-- can only name once it has read the hash.

local SID, CREATED_AT, CURRENT, CONFIRMED, ISSUED_AT, LATE, DELIVERY, NAME, AGENT, IP = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local USER = 'u'
-- In front of the envelope. Earlier versions take it for a lease, and put their own snapshot in its place.
local ENVELOPE = '?='
local ENDED_RETENTION_MS = 7 * 24 * 3600 * 1000

-- The one clock of all sessions is Redis's own; only tests pass a time.
local function clock(override)
  if override ~= '' then return tonumber(override) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function expiry(session, idle_ms, max_age_ms)
  local idle_at, max_at = session[ISSUED_AT] + idle_ms, session[CREATED_AT] + max_age_ms
  if max_at <= idle_at then return max_at, 'max_age_expired' end
  return idle_at, 'idle_expired'
end

local function save(device_id, session, idle_ms)
  redis.call('HSET', KEYS[1], device_id, cmsgpack.pack(session))
  redis.call('PEXPIRE', KEYS[1], idle_ms + ENDED_RETENTION_MS)
end

local function end_session(device_id, session, end_record)
  redis.call('SET', KEYS[1] .. ':ended:' .. session[SID], end_record, 'PX', ENDED_RETENTION_MS)
  redis.call('HDEL', KEYS[1], device_id)
end

-- Without an envelope there is no snapshot: what earlier versions wrote counts as missing.
local function is_missing(user) return not user or user:sub(1, #ENVELOPE) ~= ENVELOPE end

-- The right to fill in the missing user. A call that finds a lease shares it: if parallel calls took it from each other, none of
-- them might ever fill it in. Each reads the user after the lease was taken, so none fills in an older one.
local function lease(user, nonce)
  if user and user:sub(1, 1) == '?' then return user end
  redis.call('HSET', KEYS[1], USER, '?' .. nonce)
  return '?' .. nonce
end

-- Calls visit(device_id, session) for every device of the user.
local function each_session(visit)
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    if fields[i] ~= USER then visit(fields[i], cmsgpack.unpack(fields[i + 1])) end
  end
end
