--- The part of the script that shows one cluster.  Data only.

return [=[
var COLUMNS = 25, ALL_REASONS = 6;
var WORDS = { merge: "Merge", skip: "Skip", never: "Never" };
// Longer names only fill the page.
function name_of(data, place) {
  var name = data.records[place][1];
  return name >= 0 ? short(data.texts[name], 60) : "";
}
// What would result with the chosen survivor; null if it is not known.
function view_of(cluster, data) {
  var chosen = store.survivor(cluster);
  return data.views.filter(function (view) { return view.survivor === chosen; })[0] || null;
}
function cell(data, view, at, place) {
  var text = data.rows[at][1][place], state = view ? view.states[at].charAt(place) : "o";
  var node = el("td", { "role": "cell", "class": "value" + (text < 0 ? " empty" : ""),
    "data-label": "Record " + (place + 1) });
  if (text < 0) { node.appendChild(el("span", { "class": "none" }, ["–"])); return node; }
  var result = view && view.cells[at] >= 0 ? data.texts[view.cells[at]] : null;
  if (state === "x") { return put_marked(node, "del", "", data.texts[text], result); }
  if (state === "~" || state === "k") {
    return put_marked(node, "span", state === "k" ? "kept" : "alike", data.texts[text], result);
  }
  return put_long(node, data.texts[text]);
}
function result_cell(data, view, at, survivor, equal) {
  var node = el("td", { "role": "cell", "class": "value result", "data-label": equal ? "All" : "Result" });
  var text = view ? view.cells[at] : -1;
  if (text < 0) {
    node.appendChild(el("span", { "class": "none" }, [view ? "–" : "not shown"]));
    return node;
  }
  var own = data.rows[at][1][survivor];
  if (own === text) { return put_long(node, data.texts[text]); }
  return put_marked(node, "ins", "", data.texts[text], own >= 0 ? data.texts[own] : null);
}
function table_of(cluster, data, view, shown) {
  var survivor = store.survivor(cluster);
  var places = data.records.map(function (record, place) { return place; }).slice(0, shown);
  var head = el("tr", { "role": "row" }, [el("th", { "scope": "col", "role": "columnheader" }, ["Field"])]
    .concat(places.map(function (place) {
      return el("th", { "scope": "col", "role": "columnheader", "class": place === survivor ? "survivor" : null },
        ["Record " + (place + 1) + (place === survivor ? " · survivor" : "")]);
    }), [el("th", { "scope": "col", "role": "columnheader", "class": "result" }, ["Result of a merge"])]));
  var body = data.rows.map(function (row, at) {
    var equal = view && row[1].every(function (text) { return text === view.cells[at]; });
    return el("tr", { "role": "row", "class": equal ? "equal" : null },
      [put(el("th", { "scope": "row", "role": "rowheader" }), plain(data.texts[row[0]]))].concat(
        places.map(function (place) { return cell(data, view, at, place); }),
        [result_cell(data, view, at, survivor, equal)]));
  });
  return el("div", { "class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Fields side by side" }, [
    el("table", { "class": "sides", "role": "table" }, [el("thead", { "role": "rowgroup" }, [head]),
      el("tbody", { "role": "rowgroup" }, body)])]);
}
function lost_of(data, view) {
  if (!view) {
    return el("p", { "class": "note" }, ["The preview shows the proposed survivor only. " +
      "The plan shows what results with this one."]);
  }
  if (view.lost.length === 0) { return el("p", { "class": "none-lost" }, ["A merge loses no value."]); }
  var list = el("ul", {}, view.lost.map(function (loss) {
    var item = el("li", {}, ["Record " + (loss[0] + 1) + ", "]), value = el("bdi", { "class": "lost" });
    put(item, loss[1] >= 0 ? plain(data.texts[data.rows[loss[1]][0]]) : "other field");
    item.appendChild(document.createTextNode(": "));
    item.appendChild(loss[2] >= 0 ? put_long(value, data.texts[loss[2]]) : value);
    if (loss[3]) { item.appendChild(document.createTextNode(" (no free field)")); }
    return item;
  }));
  return el("details", { "class": "losses", "open": view.lost.length <= 8 ? "" : null }, [
    el("summary", {}, ["A merge loses " + count(view.lost.length, "value")]), list]);
}
function reasons_of(data) {
  var pairs = data.records.length > 2;
  var list = el("ul", { "class": "reasons" }, data.reasons.map(function (reason) {
    return put(el("li", {}, [pairs ? "Records " + (reason[0] + 1) + " and " + (reason[1] + 1) + ": " : ""]),
      reason[2] >= 0 ? plain(data.texts[reason[2]]) : "");
  }));
  return data.reasons.length <= ALL_REASONS ? list : el("details", {}, [
    el("summary", {}, ["Reasons: the strongest pair of each record"]), list]);
}
function survivors_of(cluster, data, shown, redraw) {
  var chosen = store.survivor(cluster);
  return el("fieldset", { "class": "survivors" }, [el("legend", {}, ["Survivor"])].concat(
    data.records.slice(0, shown).map(function (record, place) {
      var radio = el("input", { "type": "radio", "name": "s" + cluster.place, "value": String(place) });
      radio.checked = place === chosen;
      radio.addEventListener("change", function () {
        store.choose(cluster, place);
        redraw(".survivors input:checked");
      });
      var words = el("span", { "class": "who" });
      put(words, ["Record " + (place + 1), name_of(data, place)].filter(Boolean).join(" · "));
      var facts = [record[2] >= 0 ? plain(data.texts[record[2]]) : "", place === cluster.survivor ? "proposed" : ""];
      return el("label", {}, [radio, el("span", {}, [words, " ", put(el("code"), plain(data.texts[record[0]])),
        put(el("span", { "class": "note" }), " " + facts.filter(Boolean).join(", "))])]);
    })));
}
// The decision in words.
function state_of(cluster) {
  var value = store.decision(cluster);
  if (value === "merge") { return ["merge", "Merge into record " + (store.survivor(cluster) + 1)]; }
  if (value === "skip") { return ["skip", "Skip: stays as it is"]; }
  if (value === "never") { return ["never", "Never: not the same"]; }
  if (store.is_other(cluster)) {
    return ["undecided", "Undecided: choose Merge to use record " + (store.survivor(cluster) + 1) + " as the survivor"];
  }
  return ["undecided", cluster.proposal === "merge" ? "Undecided: a plan merges it as proposed" :
    "Undecided: stays as it is until you decide"];
}
function notes_of(cluster, data, view) {
  var out = [];
  function note(name, text) { out.push(put(el("p", { "class": "verdict " + name }), text)); }
  if (data.why >= 0) { note("warn", "Needs your decision: " + plain(data.texts[data.why]) + "."); }
  (view ? view.problems : []).forEach(function (problem) {
    note("bad", "A plan skips this cluster: " + plain(data.texts[problem]) + ".");
  });
  overlaps(cluster).slice(0, 5).forEach(function (overlap) {
    var other = overlap.cluster, theirs = state_of(other)[1];
    out.push(el("p", { "class": "note" }, ["Shares " + count(overlap.shared, "record") + " with cluster " +
      other.number + " (" + theirs + ")."]));
  });
  var against = conflict(cluster);
  if (against) { out.push(el("p", { "class": "verdict bad conflict" }, [against])); }
  return out;
}
// One cluster as an article; `redraw(selector)` shows it again and focuses what had the focus.
function card_of(cluster, shown, redraw, decide) {
  var data = read(cluster), view = view_of(cluster, data), state = state_of(cluster);
  var heading = el("h3", { "id": "h" + cluster.number }, ["Cluster " + cluster.number + " "]);
  heading.appendChild(put(el("span", { "class": "who" }), name_of(data, store.survivor(cluster))));
  var buttons = ["merge", "skip", "never"].map(function (value) {
    var key = value.charAt(0).toUpperCase();
    var button = el("button", { "type": "button", "data-decision": value, "data-key": key, "aria-keyshortcuts": key,
      "aria-pressed": store.decision(cluster) === value ? "true" : "false" }, [WORDS[value]]);
    button.addEventListener("click", function () {
      decide(cluster, store.decision(cluster) === value ? "" : value, '[data-decision="' + value + '"]');
    });
    return button;
  });
  var more = null;
  if (data.records.length > shown) {
    more = el("button", { "type": "button", "class": "more" }, ["Show " +
      Math.min(COLUMNS, data.records.length - shown) + " more of " + data.records.length + " records"]);
    more.addEventListener("click", function () { redraw(".more, .scroll", shown + COLUMNS); });
  }
  var is_proposed = cluster.proposal === "merge";
  return el("article", { "id": "c" + cluster.number, "class": "card is-" + state[0], "tabindex": "-1",
    "aria-labelledby": "h" + cluster.number }, [
    heading,
    el("p", { "class": "facts-line" }, [
      el("span", { "class": "tag " + (is_proposed ? "good" : "warn") }, [is_proposed ? "proposed: merge" :
        "needs your decision"]),
      el("span", {}, [count(data.records.length, "record")]), el("span", {}, ["probability " + data.probability])])
  ].concat(notes_of(cluster, data, view), [reasons_of(data), survivors_of(cluster, data, shown, redraw),
    table_of(cluster, data, view, shown), more, lost_of(data, view),
    el("div", { "class": "decide", "role": "group", "aria-label": "Decision for cluster " + cluster.number },
      buttons.concat([el("span", { "class": "state" }, [state[1]])]))]));
}
]=]
