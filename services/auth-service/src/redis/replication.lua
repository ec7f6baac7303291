-- Whether this node is a master under that replication id. It gets another id whenever it starts, and whenever it takes over from
-- its master, with whatever data it has then.
local function is_master_under(replication_id)
  local info = redis.call('INFO', 'replication')
  return info:find('role:master', 1, true) ~= nil and info:find('master_replid:' .. replication_id, 1, true) ~= nil
end
