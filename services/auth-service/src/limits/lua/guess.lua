-- Shared by every script of the guess limiter; prepended to each.
--
-- A counter is a field of a hash, which holds its wrong guesses, packed into slots. Next to it stands a sorted set of the reservations
-- of guesses that are being checked, by when they expire. All names follow from KEYS[1], which has a hash tag: one cluster slot.
--
-- A slot counts for the window after its last guess, and takes guesses for a quarter of the window after its first, but no longer than its
-- three bytes of milliseconds can say. So no window, wherever it begins, sees more wrong guesses than the quota, and five slots of twelve
-- bytes are enough for windows of up to 18 hours.

local SLOT, SLOT_BYTES, SLOTS_PER_WINDOW, LONGEST_SPAN = '>I6I3I3', 12, 4, 2 ^ 24 - 1

local function clock(override)
  if override ~= '' then return tonumber(override) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The counters from ARGV[first] on, seven arguments each: hash, field, quota, window (ms), most fields of the hash or 0, what a full
-- hash does with one more ('evict' the least of them, 'refuse' it, or ''), and what a right guess does: it resets the counter (1), is what
-- the counter counts in place of wrong ones (2), or does nothing (0).
local function counters_from(first)
  local counters = {}
  for i = first, #ARGV, 7 do
    counters[#counters + 1] = {
      key = KEYS[1] .. ':' .. ARGV[i],
      field = ARGV[i + 1],
      pending = KEYS[1] .. ':' .. ARGV[i] .. ':' .. ARGV[i + 1] .. ':pending',
      quota = tonumber(ARGV[i + 2]),
      window = tonumber(ARGV[i + 3]),
      capacity = tonumber(ARGV[i + 4]),
      when_full = ARGV[i + 5],
      resets = ARGV[i + 6] == '1',
      counts = ARGV[i + 6] == '2' and 'right' or 'wrong',
    }
  end
  return counters
end

-- The slots that still count, oldest first, and the sum of their guesses.
local function unpack_slots(packed, window, now)
  local slots, total = {}, 0
  for at = 1, packed and #packed or 0, SLOT_BYTES do
    local first, span, count = struct.unpack(SLOT, packed, at)
    if first + span + window > now then
      slots[#slots + 1] = { first = first, span = span, count = count }
      total = total + count
    end
  end
  return slots, total
end

local function pack_slots(slots)
  local packed = {}
  for i, slot in ipairs(slots) do packed[i] = struct.pack(SLOT, slot.first, slot.span, slot.count) end
  return table.concat(packed)
end

local function read(counter, now)
  return unpack_slots(redis.call('HGET', counter.key, counter.field), counter.window, now)
end

local function reserved(counter, now)
  redis.call('ZREMRANGEBYSCORE', counter.pending, '-inf', now)
  return redis.call('ZCARD', counter.pending)
end

local function write(counter, packed)
  redis.call('HSET', counter.key, counter.field, packed)
  if redis.call('PTTL', counter.key) < counter.window then redis.call('PEXPIRE', counter.key, counter.window) end
end

-- Of a full hash the counter with the fewest guesses gives way, and of those the one guessed at longest ago: who invents names and
-- addresses displaces what was invented, not what has been guessed at often.
local function make_room(counter, now)
  if redis.call('HLEN', counter.key) < counter.capacity then return end
  local least, least_total, least_last
  local fields = redis.call('HGETALL', counter.key)
  for i = 1, #fields, 2 do
    local slots, total = unpack_slots(fields[i + 1], counter.window, now)
    local newest = slots[#slots]
    local last = newest and newest.first + newest.span or 0
    if not least or total < least_total or (total == least_total and last < least_last) then
      least, least_total, least_last = fields[i], total, last
    end
  end
  redis.call('HDEL', counter.key, least)
end

local function count(counter, now)
  local slots = read(counter, now)
  local newest = slots[#slots]
  if newest and now - newest.first < math.min(counter.window / SLOTS_PER_WINDOW, LONGEST_SPAN) then
    newest.span = math.max(newest.span, now - newest.first)
    newest.count = newest.count + 1
  else
    slots[#slots + 1] = { first = now, span = 0, count = 1 }
  end
  if counter.when_full == 'evict' and redis.call('HEXISTS', counter.key, counter.field) == 0 then
    make_room(counter, now)
  end
  write(counter, pack_slots(slots))
end

-- Ms until a guess is free: 0 for now. While only guesses that are being checked take the places, it is a second, as each of them may
-- be given back.
local function wait_for(counter, now)
  local slots, total = read(counter, now)
  if total + reserved(counter, now) < counter.quota then return 0 end
  if total < counter.quota then return 1000 end
  local wait = 0
  for _, slot in ipairs(slots) do
    if total < counter.quota then break end
    total = total - slot.count
    wait = slot.first + slot.span + counter.window - now
  end
  return wait
end

-- Whether a hash that refuses more fields is full of others that are in use.
local function is_full(counter, now)
  if counter.when_full ~= 'refuse' or redis.call('HEXISTS', counter.key, counter.field) == 1 then return false end
  local in_use = 0
  local fields = redis.call('HGETALL', counter.key)
  for i = 1, #fields, 2 do
    local _, total = unpack_slots(fields[i + 1], counter.window, now)
    if total + reserved({ pending = counter.key .. ':' .. fields[i] .. ':pending' }, now) > 0 then in_use = in_use + 1
    else redis.call('HDEL', counter.key, fields[i]) end
  end
  return in_use >= counter.capacity
end

-- The place of the limit that is reached for longest, and how long that is; nil where none is.
local function find_reached(counters, now)
  local longest, reached = 0, nil
  for i, counter in ipairs(counters) do
    local wait = is_full(counter, now) and 1000 or wait_for(counter, now)
    if wait > longest then longest, reached = wait, i end
  end
  return reached, longest
end
