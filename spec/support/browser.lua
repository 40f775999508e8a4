--- Chromium without a window, spoken to through pipes (DevTools protocol), for
-- specs of pages.
--
--   programs.need("chromium", pending)
--   local page = browser.open(url, { width = 360, height = 740 })
--   page:eval "document.title"
--   page:close()

local cjson = require "cjson"
local core = require "extcontacts.core"
local mime = require "mime"

local browser = {}

--- The lowest contrast of a text with its background.
browser.CONTRAST = [[
  (function () {
    function channels(color) { return color.match(/[\d.]+/g).map(Number); }
    function luminance(rgb) {
      var part = rgb.slice(0, 3).map(function (value) {
        value /= 255;
        return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
      });
      return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
    }
    function behind(element) {
      for (; element; element = element.parentElement) {
        var color = channels(getComputedStyle(element).backgroundColor);
        if (color.length < 4 || color[3] > 0) { return color; }
      }
      return [255, 255, 255];
    }
    var worst = 99;
    document.querySelectorAll("body *").forEach(function (element) {
      var text = Array.from(element.childNodes).some(function (node) {
        return node.nodeType === 3 && node.data.trim() !== "";
      });
      if (!text || element.closest("script, title, desc")) { return; }
      var style = getComputedStyle(element);
      var a = luminance(channels(element instanceof SVGElement ? style.fill : style.color));
      var b = luminance(behind(element));
      worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    });
    return worst;
  })()]]

--- The elements that reach beyond the window, apart from those that may.
browser.OVERFLOW = [[
  Array.from(document.querySelectorAll("body *")).filter(function (element) {
    return element.getClientRects().length > 0 && !element.closest(".skip, caption, thead, svg, .scroll")
      && element.getBoundingClientRect().right > innerWidth + 1;
  }).map(function (element) { return element.outerHTML.slice(0, 100); }).join("\n")]]

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Root has to do without Chromium's own sandbox.
local function is_root()
  local pipe = io.popen "id -u"
  local id = pipe:read("*n")
  pipe:close()
  return id == 0
end

local Page = {}
Page.__index = Page

-- Its messages end in a NUL.  Descriptor 3 is what it reads, 4 what it writes.
local START = [[
cd %s && exec timeout 600 sh -c '
  chromium --headless %s --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions \
    --disable-background-networking --disable-component-update --disable-sync --mute-audio --hide-scrollbars \
    --user-data-dir=profile --remote-debugging-pipe about:blank 3<to 4>from >log 2>&1'
]]

local function read_message(page)
  local parts = {}
  while true do
    local byte = page.from:read(1)
    if byte == nil then
      local log = io.open(page.dir .. "/log", "r")
      error("chromium ended: " .. (log and log:read("*a") or ""), 3)
    elseif byte == "\0" then
      return cjson.decode(table.concat(parts))
    end
    parts[#parts + 1] = byte
  end
end

--- Sends a command and waits for its answer; events on the way are kept in
-- `page.events`.
---@param method string `Page.navigate`
---@param params table|nil
---@return table result
function Page:send(method, params)
  self.id = self.id + 1
  local message = { id = self.id, method = method, params = params, sessionId = self.session }
  self.to:write(assert(core.json.encode(message)), "\0")
  self.to:flush()
  while true do
    local got = read_message(self)
    if got.id == self.id then
      if got.error then
        error(method .. ": " .. tostring(got.error.message), 2)
      end
      return got.result
    elseif got.method then
      self.events[#self.events + 1] = got
    end
  end
end

--- Waits for an event.
---@param method string
---@return table params
function Page:wait(method)
  for index, event in ipairs(self.events) do
    if event.method == method then
      table.remove(self.events, index)
      return event.params
    end
  end
  while true do
    local got = read_message(self)
    if got.method == method then
      return got.params
    elseif got.method then
      self.events[#self.events + 1] = got
    end
  end
end

--- The value of a JavaScript expression; of a promise, what it becomes.
---@param expression string
---@return any
function Page:eval(expression)
  local result = self:send("Runtime.evaluate",
    { expression = expression, returnByValue = true, awaitPromise = true })
  if result.exceptionDetails then
    error(cjson.encode(result.exceptionDetails), 2)
  end
  return result.result.value
end

--- Presses a key, `Tab`, `Enter` or `m`.
function Page:press(key)
  local codes = { Tab = 9, Enter = 13, Escape = 27, ArrowDown = 40 }
  local text = key == "Enter" and "\r" or #key == 1 and key or nil
  for _, kind in ipairs { text and "keyDown" or "rawKeyDown", "keyUp" } do
    self:send("Input.dispatchKeyEvent", { type = kind, key = key, code = #key > 1 and key or nil,
      windowsVirtualKeyCode = codes[key] or key:upper():byte(), text = kind == "keyDown" and text or nil })
  end
end

--- Touches an element.
function Page:tap(selector)
  local place = self:eval(([[(function () {
    var box = document.querySelector(%q);
    box.scrollIntoView({ block: "center", behavior: "instant" });
    window.tapped = new Promise(function (done) { box.addEventListener("click", done, { once: true }); });
    var at = box.getBoundingClientRect();
    return { x: at.left + at.width / 2, y: at.top + at.height / 2 };
  })()]]):format(selector))
  self:send("Input.dispatchTouchEvent", { type = "touchStart", touchPoints = { place } })
  self:send("Input.dispatchTouchEvent", { type = "touchEnd", touchPoints = core.json.array {} })
  self:eval "window.tapped.then(function () {})"
end

--- Runs an expression that starts a download; returns the name and the bytes of the file.
function Page:download(expression)
  self:send("Page.setDownloadBehavior", { behavior = "allow", downloadPath = self.dir .. "/downloads" })
  self:eval(expression)
  local name = self:wait "Page.downloadWillBegin".suggestedFilename
  while self:wait "Page.downloadProgress".state ~= "completed" do end
  local path = self.dir .. "/downloads/" .. name
  local file = assert(io.open(path, "rb"))
  local bytes = file:read "*a"
  file:close()
  os.remove(path)
  return name, bytes
end

--- Chooses a file of the machine for an input.
function Page:choose_file(selector, path)
  local found = self:send("Runtime.evaluate", { expression = ("document.querySelector(%q)"):format(selector) })
  self:send("DOM.setFileInputFiles", { files = { path }, objectId = found.result.objectId })
end

--- Types a text where the focus is.
function Page:type(text)
  self:send("Input.insertText", { text = text })
end

--- Opens another page; returns when it has loaded.
function Page:go(url)
  self:send("Page.navigate", { url = url })
  self:wait "Page.loadEventFired"
end

--- The messages of the console and the refusals of the policy so far.
---@return string[]
function Page:complaints()
  self:eval "1"
  local out = {}
  for _, event in ipairs(self.events) do
    if event.method == "Log.entryAdded" then
      out[#out + 1] = event.params.entry.text
    elseif event.method == "Runtime.exceptionThrown" then
      out[#out + 1] = event.params.exceptionDetails.text
    elseif event.method == "Page.javascriptDialogOpening" then
      out[#out + 1] = "dialog: " .. event.params.message
    end
  end
  return out
end

--- The addresses that were asked for so far.
---@return string[]
function Page:requests()
  self:eval "1"
  local out = {}
  for _, event in ipairs(self.events) do
    if event.method == "Network.requestWillBeSent" then
      out[#out + 1] = event.params.request.url
    end
  end
  return out
end

--- Writes a picture of the page, or of a part.
---@param path string
---@param clip { x: number, y: number, width: number, height: number }|nil
function Page:picture(path, clip)
  if clip then
    clip.scale = 1
  end
  local shot = self:send("Page.captureScreenshot", { captureBeyondViewport = true, clip = clip })
  local file = assert(io.open(path, "wb"))
  file:write((mime.unb64(shot.data)))
  file:close()
end

--- Ends the browser.
function Page:close()
  pcall(function()
    self.session = nil
    self:send "Browser.close"
  end)
  self.to:close()
  self.from:close()
  self.process:close()
  os.execute("rm -rf " .. quoted(self.dir))
end

---@class spec.BrowserOptions
---@field width integer|nil of the window, default 1280
---@field height integer|nil default 900
---@field dark boolean|nil
---@field scripts boolean|nil false: turned off

--- Starts a browser that shows a page.
---@param url string
---@param options spec.BrowserOptions|nil
---@return table page
function browser.open(url, options)
  options = options or {}
  local dir = os.tmpname()
  os.remove(dir)
  os.execute(("mkdir %s && mkfifo %s/to %s/from"):format(quoted(dir), quoted(dir), quoted(dir)))
  local process = io.popen(START:format(quoted(dir), is_root() and "--no-sandbox" or ""), "r")
  local page = setmetatable({ dir = dir, process = process, id = 0, events = {} }, Page)
  page.to = assert(io.open(dir .. "/to", "w"))
  page.from = assert(io.open(dir .. "/from", "r"))
  local target = page:send("Target.createTarget", { url = "about:blank" })
  page.session = page:send("Target.attachToTarget", { targetId = target.targetId, flatten = true }).sessionId
  for _, domain in ipairs { "Page", "Runtime", "Log", "Network" } do
    page:send(domain .. ".enable")
  end
  page:send("Emulation.setDeviceMetricsOverride", { width = options.width or 1280, height = options.height or 900,
    deviceScaleFactor = 1, mobile = (options.width or 1280) < 600 })
  page:send("Emulation.setTouchEmulationEnabled", { enabled = (options.width or 1280) < 600 })
  page:send("Emulation.setEmulatedMedia", { features = {
    { name = "prefers-color-scheme", value = options.dark and "dark" or "light" } } })
  if options.scripts == false then
    page:send("Emulation.setScriptExecutionDisabled", { value = true })
  end
  page:go(url)
  return page
end

return browser
