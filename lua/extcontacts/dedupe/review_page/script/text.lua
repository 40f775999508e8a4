--- The part of the script that shows texts: it creates elements and text nodes, never
-- HTML.  `UNSEEN` stands for the characters that can't be seen.  Data only.

return [=[
function el(tag, attributes, children) {
  var node = document.createElement(tag);
  Object.keys(attributes || {}).forEach(function (name) {
    if (attributes[name] !== null && attributes[name] !== false) { node.setAttribute(name, attributes[name]); }
  });
  (children || []).forEach(function (child) {
    if (child !== null && child !== undefined) {
      node.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    }
  });
  return node;
}
// Appends a text in which characters that can't be seen are named.
function put(node, text) {
  var from = 0;
  text.replace(/UNSEEN/gu, function (character, at) {
    if (at > from) { node.appendChild(document.createTextNode(text.slice(from, at))); }
    var code = character.codePointAt(0).toString(16).toUpperCase();
    node.appendChild(el("span", { "class": "unseen" }, ["U+" + ("000" + code).slice(-Math.max(4, code.length))]));
    from = at + character.length;
    return character;
  });
  if (from < text.length) { node.appendChild(document.createTextNode(text.slice(from))); }
  return node;
}
function count(number, noun) {
  return number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");
}
function read(cluster) { return JSON.parse(cluster.node.textContent); }
// Of a long text, the beginning.
function plain(text) { return typeof text === "string" ? text : text[0] + "…"; }
function short(text, most) {
  var letters = Array.from(plain(text));
  return letters.length > most ? letters.slice(0, most).join("") + "…" : letters.join("");
}
function put_long(node, text) {
  if (typeof text === "string") { return put(node, text); }
  put(node, text[0]);
  node.appendChild(el("span", { "class": "omitted" }, [" … " + count(text[1], "character") + " … "]));
  return put(node, text[2]);
}
// The lines of a list: those that the other list does not have are marked.
function put_lines(node, mark, text, other) {
  var others = other.split("\n");
  text.split("\n").forEach(function (line, at) {
    if (at) { node.appendChild(document.createTextNode("\n")); }
    put(others.indexOf(line) >= 0 ? node : node.appendChild(mark()), line);
  });
  return node;
}
// Appends a text in an element, in which the part is bold that differs from another text.
function put_marked(node, tag, name, text, other) {
  function mark() { return el(tag, name ? { "class": name } : {}); }
  if (typeof text !== "string" || typeof other !== "string") {
    node.appendChild(put_long(mark(), text));
    return node;
  }
  if (text.indexOf("\n") >= 0 || other.indexOf("\n") >= 0) { return put_lines(node, mark, text, other); }
  var start = 0, stop = 0, a = Array.from(text), b = Array.from(other);
  while (start < a.length && start < b.length && a[start] === b[start]) { start += 1; }
  var most = Math.min(a.length, b.length) - start;
  while (stop < most && a[a.length - 1 - stop] === b[b.length - 1 - stop]) { stop += 1; }
  var whole = node.appendChild(mark()), end = a.length - stop;
  put(whole, a.slice(0, start).join(""));
  // Of texts with little in common, no part stands out.
  var differs = start + stop < a.length / 3 || start === end ? whole : whole.appendChild(el("b"));
  put(differs, a.slice(start, end).join(""));
  put(whole, a.slice(end).join(""));
  return node;
}
]=]
