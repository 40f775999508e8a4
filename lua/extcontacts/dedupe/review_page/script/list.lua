--- The part of the script that shows the pages of clusters, and obeys keys, filters and
-- buttons.  Data only.

return [=[
var PER_PAGE = 20;
function by_id(id) { return document.getElementById(id); }
var list = by_id("list"), form = by_id("filters"), message = by_id("message"), use_keys = by_id("keys");
var found = clusters, first = 0, columns = {};

function folded(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
}
function matches(cluster, words, show) {
  var value = store.decision(cluster);
  if (show === "undecided" && value) { return false; }
  if (show === "yours" && (value || cluster.proposal !== "review")) { return false; }
  if (show === "proposed" && (value || cluster.proposal !== "merge")) { return false; }
  if (WORDS[show] && value !== show) { return false; }
  if (show === "conflict" && !conflict(cluster)) { return false; }
  if (words.length === 0) { return true; }
  if (cluster.folded === null) {
    cluster.folded = folded(read(cluster).texts.map(plain).join("\n") + "\ncluster " + cluster.number);
  }
  return words.every(function (word) { return cluster.folded.indexOf(word) >= 0; });
}
function find() {
  var words = folded(form.elements.words.value).split(/\s+/).filter(Boolean), show = form.elements.show.value;
  found = clusters.filter(function (cluster) { return matches(cluster, words, show); });
  turn(0);
}
function card_at(cluster) { return by_id("c" + cluster.number); }
function draw(cluster) {
  var node = card_of(cluster, columns[cluster.place] || COLUMNS, function (selector, shown) {
    if (shown) { columns[cluster.place] = shown; }
    again(cluster, selector);
    progress();
  }, function (of, value, selector) {
    store.decide(of, value);
    say(of);
    again(of, selector);
    progress();
  });
  return node;
}
// Shows a cluster again, and those that share records with it.
function again(cluster, selector) {
  [cluster].concat(overlaps(cluster).map(function (overlap) { return overlap.cluster; })).forEach(function (of) {
    var old = card_at(of);
    if (!old) { return; }
    var had = old.contains(document.activeElement), node = draw(of);
    old.replaceWith(node);
    if (had) { (selector && of === cluster && node.querySelector(selector) || node).focus({ preventScroll: true }); }
  });
}
// Shows the page that begins with a place among what was found.
function turn(place) {
  first = Math.max(0, Math.min(place, Math.floor((found.length - 1) / PER_PAGE) * PER_PAGE));
  var shown = found.slice(first, first + PER_PAGE);
  list.replaceChildren.apply(list, shown.map(draw));
  by_id("status").textContent = found.length === 0 ? "No cluster matches." :
    (found.length === clusters.length ? "All " : found.length.toLocaleString("en") + " of ") +
    count(clusters.length, "cluster") + ", the most probable first";
  by_id("pages").hidden = found.length <= PER_PAGE;
  by_id("where").textContent = "Page " + (first / PER_PAGE + 1) + " of " + Math.ceil(found.length / PER_PAGE);
  by_id("previous").disabled = first === 0;
  by_id("next").disabled = first + PER_PAGE >= found.length;
}
function focus(cluster) {
  var place = found.indexOf(cluster);
  if (place < 0) { return; }
  if (!card_at(cluster)) { turn(Math.floor(place / PER_PAGE) * PER_PAGE); }
  var node = card_at(cluster);
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "start" });
}
function current() {
  var node = document.activeElement && document.activeElement.closest("article.card");
  return node ? found.filter(function (cluster) { return "c" + cluster.number === node.id; })[0] : null;
}
function move(step) {
  var cluster = current();
  var place = cluster ? found.indexOf(cluster) + step : step > 0 ? first : first + list.children.length - 1;
  if (found[place]) { focus(found[place]); }
}
function say(cluster) {
  message.textContent = "Cluster " + cluster.number + ": " + state_of(cluster)[1] + ".";
}
function progress() {
  var decided = 0, yours = 0, against = 0, other = 0;
  clusters.forEach(function (cluster) {
    var value = store.decision(cluster);
    if (value) {
      decided += 1;
      against += conflict(cluster) ? 1 : 0;
    } else {
      yours += cluster.proposal === "review" ? 1 : 0;
      other += store.is_other(cluster) ? 1 : 0;
    }
  });
  var parts = [decided.toLocaleString("en") + " decided, " +
    (clusters.length - decided).toLocaleString("en") + " undecided (" + yours.toLocaleString("en") +
    (yours === 1 ? " needs" : " need") + " your decision)"];
  if (other) { parts.push(count(other, "other survivor") + " chosen without a decision"); }
  if (against) { parts.push(count(against, "contradiction")); }
  if (store.changed()) { parts.push(count(store.changed(), "change") + " since the last download"); }
  if (!store.kept()) { parts.push("this browser keeps no decisions: download them before you close the page"); }
  by_id("progress").textContent = parts.join(" · ");
}
function download() {
  var link = el("a", { "download": "decisions.csv",
    "href": URL.createObjectURL(new Blob([csv.format(store.rows())], { type: "text/csv;charset=utf-8" })) });
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  store.downloaded();
  message.textContent = count(store.rows().length - 1, "decision") + " downloaded as decisions.csv.";
  progress();
}
function loaded(name, text) {
  try {
    var counts = store.load(text), parts = [count(counts.loaded, "decision") + " loaded from " + name];
    [["gone", "ignored: no cluster has exactly these ids"], ["kept", "with never kept for the next download"],
      ["twice", "ignored: another row decides the same cluster differently"],
      ["unknown", "ignored: no decision, no ids, or an unknown survivor"]].forEach(function (fact) {
      if (counts[fact[0]]) { parts.push(count(counts[fact[0]], "row") + " " + fact[1]); }
    });
    message.textContent = parts.join(". ") + ".";
  } catch (e) {
    message.textContent = name + ": " + e.message + ".";
  }
  find();
  progress();
}
function decide_by_key(value) {
  var cluster = current();
  if (!cluster) { return; }
  store.decide(cluster, value);
  say(cluster);
  again(cluster);
  progress();
  if (value) {
    var next = found[found.indexOf(cluster) + 1];
    focus(next || cluster);
  }
}
var KEYS = {
  j: function () { move(1); }, k: function () { move(-1); },
  m: function () { decide_by_key("merge"); }, s: function () { decide_by_key("skip"); },
  n: function () { decide_by_key("never"); }, u: function () { decide_by_key(""); },
  d: download, "/": function () { form.elements.words.focus(); }
};
document.addEventListener("keydown", function (event) {
  var on = event.target, typing = on.tagName === "SELECT" || on.tagName === "TEXTAREA" ||
    (on.tagName === "INPUT" && on.type !== "radio" && on.type !== "checkbox");
  var modified = event.ctrlKey || event.altKey || event.metaKey;
  if (!use_keys.checked || typing || modified || (event.repeat && !/^[jk]$/i.test(event.key))) { return; }
  var cluster = current(), place = Number(event.key) - 1;
  if (/^[1-9]$/.test(event.key) && cluster && place < cluster.size) {
    store.choose(cluster, place);
    again(cluster);
    progress();
    say(cluster);
  } else if (Object.prototype.hasOwnProperty.call(KEYS, event.key.toLowerCase())) {
    KEYS[event.key.toLowerCase()]();
  } else { return; }
  event.preventDefault();
});
var waiting = null;
form.addEventListener("input", function (event) {
  if (event.target.id === "number") { return; }
  clearTimeout(waiting);
  waiting = setTimeout(find, 200);
});
function go() {
  var number = Number(form.elements.number.value);
  var cluster = clusters.filter(function (of) { return of.number === number; })[0];
  if (!cluster) { message.textContent = number ? "There is no cluster " + number + "." : ""; return; }
  if (found.indexOf(cluster) < 0) {
    form.elements.words.value = "";
    form.elements.show.value = "";
    find();
  }
  focus(cluster);
}
form.elements.number.addEventListener("change", go);
form.addEventListener("submit", function (event) {
  event.preventDefault();
  clearTimeout(waiting);
  if (document.activeElement === form.elements.number) { go(); } else { find(); }
});
by_id("differences").addEventListener("change", function (event) {
  list.classList.toggle("differences", event.target.checked);
});
by_id("previous").addEventListener("click", function () { turn(first - PER_PAGE); focus(found[first]); });
by_id("next").addEventListener("click", function () { turn(first + PER_PAGE); focus(found[first]); });
by_id("download").addEventListener("click", download);
by_id("discard").addEventListener("click", function () {
  if (window.confirm("Discard all decisions of this page?")) {
    store.discard();
    message.textContent = "All decisions discarded.";
    find();
    progress();
  }
});
by_id("file").addEventListener("change", function (event) {
  var file = event.target.files[0], reader = new FileReader();
  if (!file) { return; }
  reader.onload = function () {
    var text;
    try { text = new TextDecoder("utf-8", { fatal: true }).decode(reader.result); } catch (e) {
      message.textContent = file.name + ": not UTF-8; save the file as \"CSV UTF-8\".";
      return;
    }
    loaded(file.name, text);
    event.target.value = "";
  };
  reader.readAsArrayBuffer(file);
});
window.addEventListener("pagehide", store.save);
window.addEventListener("beforeunload", function (event) {
  store.save();
  if (!store.kept() && store.changed()) { event.preventDefault(); }
});
find();
progress();
]=]
