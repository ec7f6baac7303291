-- Opens a session on a device. A session there must be replaced, and past the device limit the one seen longest ago must give
-- way: those are returned, to be ended first as every session is, and nothing is done.
-- ARGV: device id, sid, now or '', idle ms, max age ms, device limit, delivery, device name, user agent, ip, user
-- Returns {'opened', issued at, expires at} | {'must_end', device id, sid, reason, ...} with a triple for each session.

local device_id, now = ARGV[1], clock(ARGV[3])
local idle_ms, max_age_ms, limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local expired, must_end, others = {}, { 'must_end' }, {}
local function give_way(id, session, reason)
  must_end[#must_end + 1], must_end[#must_end + 2], must_end[#must_end + 3] = id, session[SID], reason
end
each_session(function(id, session)
  local expires_at, reason = expiry(session, idle_ms, max_age_ms)
  if now >= expires_at then expired[#expired + 1] = { id, session, reason }
  elseif id == device_id then give_way(id, session, 'replaced')
  else others[#others + 1] = { id, session } end
end)
table.sort(others, function(a, b)
  if a[2][ISSUED_AT] ~= b[2][ISSUED_AT] then return a[2][ISSUED_AT] < b[2][ISSUED_AT] end
  return a[1] < b[1]
end)
for i = 1, #others - limit + 1 do give_way(others[i][1], others[i][2], 'evicted') end
if #must_end > 1 then return must_end end

for _, each in ipairs(expired) do end_session(each[1], each[2], each[3]) end
local session = { ARGV[2], now, 1, 0, now, {}, ARGV[7], ARGV[8], ARGV[9], ARGV[10] }
redis.call('HSET', KEYS[1], USER, ARGV[11])
save(device_id, session, idle_ms)
return { 'opened', now, (expiry(session, idle_ms, max_age_ms)) }
