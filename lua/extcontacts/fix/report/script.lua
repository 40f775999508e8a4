--- The script of a plan's report: filters the rows of the page.  It creates no
-- HTML and sends no requests.  Data only.

return [[
"use strict";
(function () {
  var form = document.getElementById("filters");
  if (!form) { return; }
  var status = document.getElementById("status");
  var groups = Array.prototype.slice.call(document.querySelectorAll("#rows > tbody"));
  var index = groups.map(function (group) {
    var kind = group.dataset.op.split(".")[0];
    var fields = Array.prototype.map.call(group.querySelectorAll("[data-path]"), function (cell) {
      return kind + "." + cell.dataset.path;
    });
    return {
      group: group,
      op: group.dataset.op,
      warnings: group.dataset.warnings.split(" ").filter(Boolean),
      fields: fields,
      text: null
    };
  });
  function folded(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }
  function words_of(text) {
    return folded(text).split(/\s+/).filter(Boolean);
  }
  function matches(item, words, field, op, warning) {
    if (op && item.op !== op) { return false; }
    if (field && item.fields.indexOf(field) < 0) { return false; }
    if (warning === "*" && item.warnings.length === 0) { return false; }
    if (warning === "-" && item.warnings.length > 0) { return false; }
    if (warning && warning !== "*" && warning !== "-" && item.warnings.indexOf(warning) < 0) { return false; }
    if (words.length === 0) { return true; }
    if (item.text === null) {
      item.text = folded(item.group.textContent + " " + item.fields.join(" "));
    }
    return words.every(function (word) { return item.text.indexOf(word) >= 0; });
  }
  function apply() {
    var words = words_of(form.elements.words.value);
    var field = form.elements.field.value, op = form.elements.op.value, warning = form.elements.warning.value;
    var count = 0;
    index.forEach(function (item) {
      var shown = matches(item, words, field, op, warning);
      if (item.group.hidden === shown) { item.group.hidden = !shown; }
      if (shown) { count += 1; }
    });
    status.textContent = (count === index.length ? "All " : count.toLocaleString("en") + " of ") +
      index.length.toLocaleString("en") + " changes on this page";
  }
  var waiting = null;
  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  function follow() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.hidden) { form.reset(); target.hidden = false; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", follow);
  form.hidden = false;
  apply();
  follow();
})();
]]
