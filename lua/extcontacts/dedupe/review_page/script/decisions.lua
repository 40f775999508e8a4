--- The part of the script that owns the decisions: by cluster, kept by the browser where
-- it allows that, written to a CSV file and read from one.  Data only.

return [=[
var end = document.getElementById("end");
var clusters = Array.prototype.map.call(document.querySelectorAll("script.c"), function (node, place) {
  return { node: node, place: place, number: Number(node.dataset.n), proposal: node.dataset.p,
    survivor: Number(node.dataset.s), ids: node.dataset.ids, size: Number(node.dataset.size), folded: null };
});
var store = (function () {
  var decided = {}, chosen = {}, carried = [], changed = 0, kept = false, waiting = null;
  var key = "extcontacts.review." + end.dataset.key;
  var DECISIONS = { merge: true, skip: true, never: true };
  function save() {
    clearTimeout(waiting);
    waiting = null;
    try {
      localStorage.setItem(key, JSON.stringify({ decided: decided, chosen: chosen, carried: carried,
        changed: changed }));
      kept = true;
    } catch (e) { kept = false; }
  }
  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(save, 300);
  }
  function restore() {
    try {
      var saved = JSON.parse(localStorage.getItem(key));
      if (saved) {
        decided = saved.decided || {};
        chosen = saved.chosen || {};
        carried = saved.carried || [];
        changed = saved.changed || 0;
      }
    } catch (e) { /* no storage, or not ours */ }
    save();
  }
  function survivor(cluster) {
    return cluster.place in chosen ? chosen[cluster.place] : cluster.survivor;
  }
  function decision(cluster) { return decided[cluster.place] || ""; }
  function decide(cluster, value) {
    if (decision(cluster) === value) { return; }
    if (value) { decided[cluster.place] = value; } else { delete decided[cluster.place]; }
    changed += 1;
    later();
  }
  function choose(cluster, place) {
    if (place === cluster.survivor) { delete chosen[cluster.place]; } else { chosen[cluster.place] = place; }
    if (decision(cluster) === "merge") { changed += 1; }
    later();
  }
  // The ids of the records in the order of the columns.
  function record_ids(cluster) {
    var data = read(cluster);
    return data.records.map(function (record) { return plain(data.texts[record[0]]); });
  }
  function rows() {
    var out = [["ids", "decision", "survivor"]];
    clusters.forEach(function (cluster) {
      var value = decision(cluster);
      if (value) {
        out.push([cluster.ids, value, value === "merge" ? record_ids(cluster)[survivor(cluster)] : ""]);
      }
    });
    return out.concat(carried);
  }
  function set_of(ids) { return ids.toLowerCase().split(/[\s,;|]+/).filter(Boolean).sort().join(" "); }
  // Takes over the rows of a file; returns what happened to them.
  function load(text) {
    var found = csv.parse(text), at = {};
    var names = (found.shift() || []).map(function (name) { return name.trim().toLowerCase(); });
    ["ids", "decision", "survivor"].forEach(function (name) { at[name] = names.indexOf(name); });
    if (at.ids < 0 || at.decision < 0) {
      throw new Error("the columns ids and decision are missing; choose a file of decisions");
    }
    var counts = { loaded: 0, gone: 0, kept: 0, unknown: 0, twice: 0 };
    var by_set = Object.create(null), seen = Object.create(null);
    clusters.forEach(function (cluster) { by_set[set_of(cluster.ids)] = cluster; });
    found.forEach(function (row) {
      var value = (row[at.decision] || "").trim().toLowerCase(), set = set_of(row[at.ids] || "");
      var wanted = at.survivor < 0 ? "" : (row[at.survivor] || "").trim(), cluster = by_set[set];
      if (!DECISIONS[value] || set === "") { counts.unknown += 1; return; }
      if (!cluster) {
        if (value !== "never") { counts.gone += 1; return; }
        counts.kept += 1;
        if (!carried.some(function (old) { return set_of(old[0]) === set; })) { carried.push([set, value, ""]); }
        return;
      }
      var place = wanted === "" ? cluster.survivor : record_ids(cluster).map(set_of).indexOf(set_of(wanted));
      if (place < 0) { counts.unknown += 1; return; }
      if (seen[set] && seen[set] !== value + " " + place) {
        counts.twice += 1;
        decide(cluster, "");
        return;
      }
      seen[set] = value + " " + place;
      choose(cluster, place);
      decide(cluster, value);
      counts.loaded += 1;
    });
    changed = 0;
    save();
    return counts;
  }
  function discard() {
    decided = {};
    chosen = {};
    carried = [];
    changed = 0;
    save();
  }
  restore();
  return { decision: decision, survivor: survivor, decide: decide, choose: choose, rows: rows, load: load,
    discard: discard, save: save,
    kept: function () { return kept; },
    changed: function () { return changed; },
    downloaded: function () { changed = 0; save(); },
    is_other: function (cluster) { return cluster.place in chosen; } };
})();
]=]
