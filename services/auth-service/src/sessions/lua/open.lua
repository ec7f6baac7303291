-- Opens a session on a device: what was there is replaced, and past the device limit the one seen longest ago gives way.
-- ARGV: device id, sid, now or '', idle ms, max age ms, device limit, delivery, device name, user agent, ip, user JSON
-- Returns {created at, expires at, {device id, sid, reason, ...}} with a triple for each session this one ended.

local device_id, now = ARGV[1], clock(ARGV[3])
local idle_ms, max_age_ms, limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local ended, others = {}, {}
local function give_way(id, session, reason)
  finish(id, session, reason)
  ended[#ended + 1], ended[#ended + 2], ended[#ended + 3] = id, session[SID], reason
end

each_session(function(id, session)
  local expires_at, reason = expiry(session, idle_ms, max_age_ms)
  if now >= expires_at then finish(id, session, reason)
  elseif id == device_id then give_way(id, session, 'replaced')
  else others[#others + 1] = { id, session } end
end)

table.sort(others, function(a, b)
  if a[2][HANDED_OUT_AT] ~= b[2][HANDED_OUT_AT] then return a[2][HANDED_OUT_AT] < b[2][HANDED_OUT_AT] end
  return a[1] < b[1]
end)
for i = 1, #others - limit + 1 do give_way(others[i][1], others[i][2], 'evicted') end

local session = { ARGV[2], now, 1, 0, now, {}, ARGV[7], ARGV[8], ARGV[9], ARGV[10] }
redis.call('HSET', KEYS[1], USER, ARGV[11])
save(device_id, session, idle_ms)
return { now, (expiry(session, idle_ms, max_age_ms)), ended }
