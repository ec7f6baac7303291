-- Opens a session on a device: what was there is replaced, and past the device limit the one seen longest ago gives way.
-- An end is announced before it happens: sessions that must give way and are not among those announced are returned, and nothing is done.
-- ARGV: device id, sid, now or '', idle ms, max age ms, device limit, delivery, device name, user agent, ip, user JSON, announced sids...
-- Returns {'opened', created at, expires at} | {'must_end', device id, sid, reason, ...} with a triple for each session.

local device_id, now = ARGV[1], clock(ARGV[3])
local idle_ms, max_age_ms, limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local announced = {}
for i = 12, #ARGV do announced[ARGV[i]] = true end

local expired, give_way, others = {}, {}, {}
each_session(function(id, session)
  local expires_at, reason = expiry(session, idle_ms, max_age_ms)
  if now >= expires_at then expired[#expired + 1] = { id, session, reason }
  elseif id == device_id then give_way[#give_way + 1] = { id, session, 'replaced' }
  -- What was announced ends, also when it would no longer have to.
  elseif announced[session[SID]] then give_way[#give_way + 1] = { id, session, 'evicted' }
  else others[#others + 1] = { id, session, 'evicted' } end
end)
table.sort(others, function(a, b)
  if a[2][HANDED_OUT_AT] ~= b[2][HANDED_OUT_AT] then return a[2][HANDED_OUT_AT] < b[2][HANDED_OUT_AT] end
  return a[1] < b[1]
end)
for i = 1, #others - limit + 1 do give_way[#give_way + 1] = others[i] end

local must_end = { 'must_end' }
for _, each in ipairs(give_way) do
  if not announced[each[2][SID]] then
    must_end[#must_end + 1], must_end[#must_end + 2], must_end[#must_end + 3] = each[1], each[2][SID], each[3]
  end
end
if #must_end > 1 then return must_end end

for _, each in ipairs(expired) do finish(each[1], each[2], each[3]) end
for _, each in ipairs(give_way) do finish(each[1], each[2], each[3]) end
local session = { ARGV[2], now, 1, 0, now, {}, ARGV[7], ARGV[8], ARGV[9], ARGV[10] }
redis.call('HSET', KEYS[1], USER, ARGV[11])
save(device_id, session, idle_ms)
return { 'opened', now, (expiry(session, idle_ms, max_age_ms)) }
