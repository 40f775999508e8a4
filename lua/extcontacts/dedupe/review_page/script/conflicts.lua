--- The part of the script that knows which clusters share records, and which decisions
-- contradict each other.  Data only.

return [=[
// Clusters that share records: a cluster for review can contain one to merge.
var overlaps = (function () {
  var by_id = Object.create(null), out = {};
  clusters.forEach(function (cluster) {
    cluster.ids.split(" ").forEach(function (id) {
      var others = by_id[id] = by_id[id] || [];
      others.forEach(function (other) {
        add(cluster, other);
        add(other, cluster);
      });
      others.push(cluster);
    });
  });
  function add(cluster, other) {
    var counts = out[cluster.place] = out[cluster.place] || {};
    counts[other.place] = (counts[other.place] || 0) + 1;
  }
  return function (cluster) {
    var counts = out[cluster.place] || {};
    return Object.keys(counts).map(function (place) { return { cluster: clusters[place], shared: counts[place] }; });
  };
})();
function merges(cluster) {
  var value = store.decision(cluster);
  return value === "merge" || (value === "" && cluster.proposal === "merge");
}
// What the decisions of clusters that share records say against each other; none is "".
function conflict(cluster) {
  var value = store.decision(cluster), out = "";
  overlaps(cluster).forEach(function (overlap) {
    var other = overlap.cluster, theirs = store.decision(other);
    var name = "cluster " + other.number;
    if (out) { return; }
    if (value === "never" && overlap.shared > 1 && merges(other)) {
      out = "Never also rules out merging " + name + ", which shares " + overlap.shared +
        " records. Choose Skip here if those are the same.";
    } else if (theirs === "never" && overlap.shared > 1 && merges(cluster)) {
      out = "You ruled out " + name + ", which shares " + overlap.shared +
        " records with this one. A plan merges no records that you ruled out.";
    } else if (value === "merge" && theirs === "merge") {
      var contained = overlap.shared === Math.min(cluster.size, other.size);
      if (!contained) {
        out = "You also merge " + name + ", which shares " + (overlap.shared === 1 ? "a record" : "records") +
          ". Merge only one of them, and find duplicates again afterwards.";
      } else if (cluster.size < other.size) {
        out = "You also merge " + name + ", which contains these records. Make this one undecided.";
      }
    }
  });
  return out;
}
]=]
