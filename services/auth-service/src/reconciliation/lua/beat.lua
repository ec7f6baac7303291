-- Raises what is lower. ARGV: field, number, ...

for i = 1, #ARGV, 2 do
  local before = redis.call('HGET', KEYS[1], ARGV[i])
  if not before or tonumber(ARGV[i + 1]) > tonumber(before) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return redis.status_reply('OK')
