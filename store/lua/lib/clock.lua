-- Redis' own clock. Months and days are UTC.

local DAY_MS = 86400000

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Days since 1970-01-01 -> year, month, day: the proleptic Gregorian calendar, counted in years that begin
-- in March, so that the leap day is a year's last.
local function civil(days)
  local shifted = days + 719468
  local era = math.floor(shifted / 146097)
  local of_era = shifted - era * 146097
  local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524) - math.floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local from_march = math.floor((5 * of_year + 2) / 153)
  local day = of_year - math.floor((153 * from_march + 2) / 5) + 1
  local month = from_march < 10 and from_march + 3 or from_march - 9
  return year + era * 400 + (month <= 2 and 1 or 0), month, day
end

-- ms -> { month = 'YYYY-MM', day = 'YYYY-MM-DD', next_day_ms, next_month_ms }
local function calendar(ms)
  local days = math.floor(ms / DAY_MS)
  local year, month, day = civil(days)
  local month_text = string.format('%04d-%02d', year, month)
  local ahead = days - day + 1 + 31
  local _, _, into_next = civil(ahead)
  return {
    month = month_text,
    day = string.format('%s-%02d', month_text, day),
    next_day_ms = (days + 1) * DAY_MS,
    next_month_ms = (ahead - into_next + 1) * DAY_MS,
  }
end
