-- Marks accounts, unless what is known of them is later already: versions never fall, and under one token version an account is disabled
-- first, if it is at all, then invited, then active. An erased account stays erased.
-- ARGV: user id, '<token version><d, i, a or e><password version>', ...

local RANK = { d = 0, i = 1, a = 2, e = 3 }

local function read(mark)
  local version, status, password_version = mark:match('^(%d+)(%a)(%d+)$')
  return tonumber(version), status, tonumber(password_version)
end

local function merged(before, mark)
  if not before then return mark end
  local old_version, old_status, old_password_version = read(before)
  local version, status, password_version = read(mark)
  if old_status == 'e' then return before end
  if status ~= 'e' and (version < old_version or version == old_version and RANK[status] < RANK[old_status]) then
    version, status = old_version, old_status
  end
  return string.format('%.0f%s%.0f', version, status, math.max(password_version, old_password_version))
end

for i = 1, #ARGV, 2 do
  local before = redis.call('HGET', KEYS[1], ARGV[i])
  local mark = merged(before, ARGV[i + 1])
  if mark ~= before then redis.call('HSET', KEYS[1], ARGV[i], mark) end
end
return redis.status_reply('OK')
