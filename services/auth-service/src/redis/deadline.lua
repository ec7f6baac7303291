-- Prepended to every script. A command can arrive long after its caller has given up: a connection that was stuck delivers
-- what was written to it. The first argument is the time by which the command has to run (epoch ms), or 0 for no limit.

local function is_past_deadline()
  local not_after = tonumber(table.remove(ARGV, 1))
  if not_after == 0 then return false end
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000 > not_after
end
if is_past_deadline() then return { 'past_deadline' } end
