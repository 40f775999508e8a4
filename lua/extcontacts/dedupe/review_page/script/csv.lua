--- The part of the script that reads and writes decisions as CSV, as base/csv does.
-- Data only.

return [=[
var csv = (function () {
  var WIDE = "\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212";
  // What a spreadsheet would run gets an apostrophe, and loses it again.
  function marked(text) {
    return /^'+[=@+\t\r\n-]/.test(text) ||
      (/^'/.test(text) && WIDE.indexOf(text.replace(/^'+/, "").charAt(0) || " ") >= 0);
  }
  function guarded(text) {
    var formula = marked(text) || /^[=@\t\r\n]/.test(text) ||
      (/^[+-]/.test(text) && !/^[+-][\d\s().,-]*$/.test(text)) || (text !== "" && WIDE.indexOf(text.charAt(0)) >= 0);
    return formula ? "'" + text : text;
  }
  function cell(text) {
    text = guarded(text);
    return /[",;\r\n\t]|^\s|\s$/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function format(rows) {
    return "\uFEFF" + rows.map(function (row) { return row.map(cell).join(",") + "\r\n"; }).join("");
  }
  function separator(text) {
    var declared = /^"?sep=(.)"?\r?\n/i.exec(text);
    if (declared) { return [declared[1], text.slice(declared[0].length)]; }
    var header = /^[^\r\n]*/.exec(text)[0].replace(/"[^"]*"/g, "");
    var found = [",", ";", "\t"].filter(function (mark) { return header.indexOf(mark) >= 0; });
    return [found[0] || ",", text];
  }
  // The rows of a text as arrays; raises a message.
  function parse(text) {
    var start = separator(text.replace(/^\uFEFF+/, "").replace(/^[\r\n]+/, ""));
    var mark = start[0], rest = start[1], rows = [], row = [], at = 0, stop;
    while (at < rest.length) {
      var field = "";
      if (rest.charAt(at) === '"') {
        at += 1;
        for (;;) {
          stop = rest.indexOf('"', at);
          if (stop < 0) { throw new Error("a quote is not closed"); }
          field += rest.slice(at, stop);
          at = stop + 1;
          if (rest.charAt(at) !== '"') { break; }
          field += '"';
          at += 1;
        }
      }
      stop = at;
      while (stop < rest.length && rest.charAt(stop) !== mark && !/[\r\n]/.test(rest.charAt(stop))) { stop += 1; }
      field += rest.slice(at, stop);
      row.push(marked(field) ? field.slice(1) : field);
      at = stop + 1;
      if (rest.charAt(stop) === mark) {
        if (at >= rest.length) { row.push(""); }
        continue;
      }
      if (rest.charAt(stop) === "\r" && rest.charAt(at) === "\n") { at += 1; }
      if (row.some(function (value) { return value.trim() !== ""; })) { rows.push(row); }
      row = [];
    }
    if (row.length) { rows.push(row); }
    return rows;
  }
  return { format: format, parse: parse };
})();
]=]
