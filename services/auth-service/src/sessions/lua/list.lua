-- ARGV: now or '', idle ms, max age ms
-- Returns a row for each live session: {device id, sid, device name, user agent, ip, created at, last seen at, expires at, delivery}

local now, idle_ms, max_age_ms = clock(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rows = {}
each_session(function(id, session)
  local expires_at = expiry(session, idle_ms, max_age_ms)
  if now >= expires_at then return end
  rows[#rows + 1] = { id, session[SID], session[NAME], session[AGENT], session[IP], session[CREATED_AT], session[ISSUED_AT], expires_at, session[DELIVERY] }
end)
return rows
