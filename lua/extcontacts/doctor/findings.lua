--- The findings of an examination, in the order in which they are made.

local problems = require "extcontacts.doctor.problems"

local findings = {}

---@class extcontacts.Finding
---@field check string configuration, proxy, resolve, connect, tls, api, clock, token, permission or rate
---@field status "ok"|"failed"|"note"
---@field sentence string
---@field problem string|nil name of the row in `extcontacts.doctor.problems`
---@field remedy string|nil
---@field exit_code integer|nil
---@field facts table|nil the measured values

---@class extcontacts.Findings
---@field list extcontacts.Finding[]
local Findings = {}
Findings.__index = Findings

--- Creates an empty list.
---@param report fun(finding: extcontacts.Finding)|nil receives each finding as it is made
---@return extcontacts.Findings
function findings.new(report)
  return setmetatable({ list = {}, report = report }, Findings)
end

local function add(self, finding)
  self.list[#self.list + 1] = finding
  if self.report then
    self.report(finding)
  end
end

--- Adds a check that passed.
---@param check string
---@param sentence string
---@param facts table|nil
function Findings:ok(check, sentence, facts)
  add(self, { check = check, status = "ok", sentence = sentence, facts = facts })
end

--- Adds a remark that is neither a pass nor a failure.
---@param check string
---@param sentence string
---@param facts table|nil
function Findings:note(check, sentence, facts)
  add(self, { check = check, status = "note", sentence = sentence, facts = facts })
end

--- Adds a check that failed.
---@param check string
---@param name string of the problem
---@param subject string for the problem's sentence
---@param reason string|nil follows the sentence
---@param facts table|nil
function Findings:fail(check, name, subject, reason, facts)
  local problem = problems.by_name[name]
  local sentence = problem.sentence:format(subject)
  add(self, {
    check = check,
    status = "failed",
    sentence = reason and (sentence .. ": " .. reason) or sentence,
    problem = name,
    remedy = problem.remedy,
    exit_code = problem.exit_code,
    facts = facts,
  })
end

--- Returns the exit code of the first problem; 0 if there is no problem.
---@return integer
function Findings:exit_code()
  for _, finding in ipairs(self.list) do
    if finding.exit_code then
      return finding.exit_code
    end
  end
  return 0
end

return findings
