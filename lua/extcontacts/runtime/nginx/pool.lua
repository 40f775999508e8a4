--- The pool of light threads in the worker's pump, for jobs that must outlive the
-- request that started them.  Pooled: spawning and reaping cost more than most
-- jobs.

local compat = require "extcontacts.base.compat"
local waiters = require "extcontacts.runtime.nginx.waiters"

local unpack = compat.unpack

local pool = {}

-- Most idle light threads, and seconds after which an idle one checks whether
-- the pool is closed.
local MOST_IDLE, LONGEST_REST = 64, 60

---@class extcontacts.Pool
---@field jobs table[] not yet started, in order: a function, its arguments and their number `n`
---@field idle table[] threads that wait for a job, each as `{ job }`
---@field closed boolean

local open -- the pool that accepts jobs

-- The function of a thread: its first job, then further ones.
local function work(self, job, thread)
  while job do
    job.fn(unpack(job, 1, job.n))
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

--- Reaps finished light threads: nginx keeps each one until its parent has waited
-- for it.
---@param threads { handle: thread, finished: boolean|nil, task: extcontacts.Task|nil }[] spawned by the
--- running code
function pool.reap(threads)
  for index = #threads, 1, -1 do
    local thread = threads[index]
    if thread.finished or thread.task and thread.task.finished then
      ngx.thread.wait(thread.handle)
      threads[index] = threads[#threads]
      threads[#threads] = nil
    end
  end
end

-- Spawns the threads.  Accepted jobs are done even after the pump has ended.
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

--- Opens a pool in the running pump; it accepts the jobs from now on.
---@return extcontacts.Pool
function pool.open()
  open = { jobs = {}, idle = {}, closed = false }
  ngx.thread.spawn(lead, open)
  return open
end

--- Closes a pool once its accepted jobs are done.
---@param self extcontacts.Pool
function pool.close(self)
  self.closed = true
  waiters.wake(self)
  for _, thread in ipairs(self.idle) do
    waiters.wake(thread)
  end
end

--- Runs a job in the pump, soon.
---@param fn function must not raise an error
---@param ... any its arguments
---@return boolean accepted false if no pump runs
function pool.take(fn, ...)
  local self = open
  if not self or self.closed then
    return false
  end
  local job = { fn = fn, n = select("#", ...), ... }
  local thread = table.remove(self.idle)
  if thread then
    thread.job = job
    waiters.wake(thread)
  else
    self.jobs[#self.jobs + 1] = job
    waiters.wake(self)
  end
  return true
end

return pool
