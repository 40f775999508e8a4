--- The script of a profile's page: filters the fields.  It creates no HTML and sends no
-- requests.  Data only.

return [[
"use strict";
(function () {
  var form = document.getElementById("filters");
  if (!form) { return; }
  var status = document.getElementById("status");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#fields > tbody > tr"));
  function folded(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }
  function apply() {
    var words = folded(form.elements.words.value).split(/\s+/).filter(Boolean);
    var show = form.elements.show.value, count = 0;
    rows.forEach(function (row) {
      var text = folded(row.textContent);
      var shown = (!show || row.dataset.is.split(" ").indexOf(show) >= 0)
        && words.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !shown;
      count += shown ? 1 : 0;
    });
    status.textContent = (count === rows.length ? "All " : count + " of ") + rows.length + " fields";
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  form.hidden = false;
  apply();
})();
]]
