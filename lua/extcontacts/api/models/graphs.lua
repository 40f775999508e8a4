--- Models of the graphs (preview).

return {
  Cluster = [[
    id* division*:StarrableDivision clusterScan*:ClusterScan mergeInfo*:MergeInfo graph*:Graph
    dateCreated*:date selfUri*:uri
  ]],
  ClusterList = "entities:[Cluster] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors",
  ClusterScan = "id* dateCompleted*:date statistics*:ClusterScanStatistics selfUri*:uri",
  ClusterScanList = "entities:[ClusterScan] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors",
  ClusterScanStatistics = "aggregated*:ClusterStatistics selfUri*:uri",
  ClusterStatistics = [[
    totalClusters*:int64 totalAutomaticMergeSuccesses*:int64 totalAutomaticMergeFailures*:int64
  ]],
  ContactVertex = "vertexId* contact*:ExternalContact",
  Graph = "vertices*:GraphVertices edges*:[GraphEdge]",
  GraphEdge = "from* to*",
  GraphSettings = "automaticMergingEnabled:boolean dateModified*:date selfUri*:uri",
  GraphVertices = "contacts*:[ContactVertex] identifiers*:[IdentifierVertex]",
  IdentifierVertex = [[
    vertexId*
    normalizedType*:=Phone|Email|ExternalId|TwitterId|TwitterHandle|FacebookId|InstagramId|InstagramHandle
    normalizedValue*
  ]],
  MergeError = "message* code*",
  MergeInfo = [[
    status*:=AutoQueued|AutoSucceeded|AutoFailed|ManualQueued|ManualSucceeded|ManualFailed|NotMerged
    error*:MergeError dateMerged*:date
  ]],
}
