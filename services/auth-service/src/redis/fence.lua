-- Prepended to every script that must not run on data of the past. A fence, one key on each master, names the replication id under which
-- its data was brought up to date: a replica that takes over and a restarted node have another id, and what empties a node takes the fence
-- along. It lies in a slot of its own; where that slot has moved away the fence cannot be read, and the node counts as behind.
-- The first two arguments are the key of the fence and the replication id.

local function is_behind()
  local fence, replication_id = table.remove(ARGV, 1), table.remove(ARGV, 1)
  return redis.pcall('HGET', fence, 'current') ~= replication_id or not is_master_under(replication_id)
end
if is_behind() then return { 'behind' } end
