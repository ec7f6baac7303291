-- One refresh, decided and done in one atomic step. The rule and its reasons: docs/rotation.md.
-- ARGV: device id, sid, generation, token expiry (ms), now or '', idle ms, max age ms, grace ms, lease nonce, user agent, ip
-- Returns {'ended', reason} | {'superseded'} | {'reused'} | {'snapshot_missing', lease}
--       | {'rotated' | 'replayed' | 'recovered', current, issued at, expires at, delivery, device name, user}
--
-- Run twice for one refresh (the reply was lost on the way) it has the effect of once: the second run finds
-- the generation confirmed and issues the same successor.

local device_id, sid, generation, token_expires_at = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local idle_ms, max_age_ms, grace_ms, nonce = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]

-- LATE lists generations that stopped being `confirmed` less than the grace ago, as first, last, until triples.
-- Neighbours whose `until` falls into the same 32nd of the grace share a triple, so the list stays short however fast a client refreshes.
local function supersede(session, first, last, now)
  local unit = math.ceil(grace_ms / 32)
  local expires_at = math.ceil((now + grace_ms) / unit) * unit
  local kept = {}
  for i = 1, #session[LATE], 3 do
    if now < session[LATE][i + 2] then
      for j = i, i + 2 do kept[#kept + 1] = session[LATE][j] end
    end
  end
  if #kept > 0 and kept[#kept] == expires_at and kept[#kept - 1] + 1 == first then
    kept[#kept - 1] = last
  else
    kept[#kept + 1], kept[#kept + 2], kept[#kept + 3] = first, last, expires_at
  end
  session[LATE] = kept
end

local function is_late_duplicate(session, now)
  for i = 1, #session[LATE], 3 do
    if generation >= session[LATE][i] and generation <= session[LATE][i + 1] then return now < session[LATE][i + 2] end
  end
  return false
end

local found = redis.call('HMGET', KEYS[1], device_id, USER)
local session = found[1] and cmsgpack.unpack(found[1])
local now = clock(ARGV[5])

if not session or session[SID] ~= sid then
  local end_record = redis.call('GET', KEYS[1] .. ':ended:' .. sid)
  if not end_record then return { 'ended', now >= token_expires_at and 'idle_expired' or 'unknown' } end
  local reason, superseded_until = end_record:match('^(%S+) ?(%d*)$')
  if now < (tonumber(superseded_until) or 0) then return { 'superseded' } end
  return { 'ended', reason }
end

-- A clock that was set back must not reopen the grace.
now = math.max(now, session[ISSUED_AT])

local expires_at, expiry_reason = expiry(session, idle_ms, max_age_ms)
if generation > session[CURRENT] then
  -- Redis lost the refreshes since: the token's own expiry limits how long the session may idle.
  expires_at = math.min(math.max(expires_at, token_expires_at), session[CREATED_AT] + max_age_ms)
end
if now >= expires_at then
  end_session(device_id, session, expiry_reason)
  return { 'ended', expiry_reason }
end
if now >= token_expires_at then return { 'ended', 'idle_expired' } end

local outcome
if generation >= session[CURRENT] then
  outcome = 'rotated'
elseif generation == session[CONFIRMED] then
  outcome = now - session[ISSUED_AT] < grace_ms and 'replayed' or 'recovered'
elseif is_late_duplicate(session, now) then
  return { 'superseded' }
else
  -- Not ended here: an end is recorded and published first, and the same call again gives the same verdict.
  return { 'reused' }
end

local user = found[2]
if is_missing(user) then return { 'snapshot_missing', lease(user, nonce) } end

if outcome ~= 'replayed' then
  if outcome == 'rotated' then
    -- Where Redis lost writes, every generation up to this one may have been confirmed lately.
    local last = generation > session[CURRENT] and generation - 1 or session[CONFIRMED]
    if last > 0 then supersede(session, session[CONFIRMED], last, now) end
    session[CONFIRMED], session[CURRENT] = generation, generation
  end
  session[CURRENT] = session[CURRENT] + 1
  session[ISSUED_AT], session[AGENT], session[IP] = now, ARGV[10], ARGV[11]
  save(device_id, session, idle_ms)
end

return { outcome, session[CURRENT], session[ISSUED_AT], (expiry(session, idle_ms, max_age_ms)), session[DELIVERY], session[NAME], user }
