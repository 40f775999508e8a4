--- The light threads of the worker's pump that do what must not end with the
-- request that began it.  They are used again: to begin one and to see it off
-- costs more than most of what they do.

local waiters = require "extcontacts.runtime.nginx.waiters"

local pool = {}

-- Light threads that wait for work at most, and seconds after which one looks
-- around.
local MOST_IDLE, LONGEST_REST = 64, 60

---@class extcontacts.Crew
---@field jobs (fun())[] not yet taken on, in order
---@field idle table[] threads that wait for work, each as `{ job }`
---@field closed boolean

local open -- the crew that takes jobs

-- A thread's life: its first job, and further ones.
local function work(self, job, thread)
  while job do
    job()
    job = nil
    if not self.closed and #self.idle < MOST_IDLE then
      self.idle[#self.idle + 1] = thread
      repeat
        waiters.wait(thread, LONGEST_REST)
      until thread.job or self.closed
      job, thread.job = thread.job, nil
    end
  end
  thread.finished = true
end

--- Sees off light threads that have finished: nginx keeps one until that which
-- began it has waited for it.
---@param threads { handle: thread, finished: boolean }[] begun by the code that is running
function pool.reap(threads)
  for index = #threads, 1, -1 do
    if threads[index].finished then
      ngx.thread.wait(threads[index].handle)
      threads[index] = threads[#threads]
      threads[#threads] = nil
    end
  end
end

-- Begins the threads; what the crew has taken on it does, also when the pump
-- has ended.
local function lead(self)
  local threads = {}
  repeat
    if #self.jobs == 0 then
      waiters.wait(self, LONGEST_REST)
    end
    local jobs = self.jobs
    self.jobs = {}
    pool.reap(threads)
    for index = 1, #jobs do
      local thread = {}
      threads[#threads + 1] = thread
      thread.handle = ngx.thread.spawn(work, self, jobs[index], thread)
    end
  until self.closed and #self.jobs == 0
end

--- Opens a crew in the pump that is running; it takes the jobs from now on.
---@return extcontacts.Crew
function pool.open()
  open = { jobs = {}, idle = {}, closed = false }
  ngx.thread.spawn(lead, open)
  return open
end

--- Lets a crew end, once it has done what it has taken on.
---@param self extcontacts.Crew
function pool.close(self)
  self.closed = true
  waiters.ring(self)
  for _, thread in ipairs(self.idle) do
    waiters.ring(thread)
  end
end

--- Has the pump run something, soon.
---@param job fun() raises nothing
---@return boolean taken false where there is no pump
function pool.take(job)
  local self = open
  if not self or self.closed then
    return false
  end
  local thread = table.remove(self.idle)
  if thread then
    thread.job = job
    waiters.ring(thread)
  else
    self.jobs[#self.jobs + 1] = job
    waiters.ring(self)
  end
  return true
end

return pool
