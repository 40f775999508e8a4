--- Models of search, PATCH, identifiers, enrich and merge.

return {
  ContactEnrichOptions = "promote:boolean",
  ContactEnrichRequest = [[
    id division:WritableStarrableDivision matchingIdentifiers!:[ContactIdentifier]
    action!:=Merge|Upsert|Update|Insert contact:ExternalContact fieldRules:EnrichFieldRules
    options:ContactEnrichOptions
  ]],
  ContactIdentifierListing = "entities:[ContactIdentifier]",
  ContactSearchOperation = "simpleSearch:ContactSimpleSearch",
  ContactSearchRequest = [[
    pageNumber:int32 pageSize:int32 divisionIds:[string] expand:[string] operation:ContactSearchOperation
  ]],
  ContactSimpleSearch = "query sortOrder:[string] ids:[string]",
  ContactsPatchChange = [[
    field! value:object
    action!:=UpdateIfEmpty|UpdateIfExists|Update|AppendToCollection|Remove|RemoveFromCollection
  ]],
  EnrichFieldRule = [[
    field action:=AlwaysUseProvided|PreferExisting|PreferProvided arrayAction:=Replace|Extend|Fill
  ]],
  EnrichFieldRules = [[
    defaultAction:=AlwaysUseProvided|PreferExisting|PreferProvided rules:[EnrichFieldRule]
    defaultArrayAction:=Replace|Extend|Fill
  ]],
  ExternalContactsPatchRequest = "changes:[ContactsPatchChange]",
  ExternalOrganizationEnrichRequest = [[
    id division:WritableStarrableDivision matchingIdentifiers:[ExternalOrganizationIdentifier]
    action:=Upsert|Update|Insert externalOrganization:ExternalOrganization fieldRules:EnrichFieldRules
  ]],
  ExternalOrganizationIdentifierClaimRequest = [[
    operation!:=Claim|Release identifier!:ExternalOrganizationIdentifier
  ]],
  ExternalOrganizationIdentifierListing = "entities:[ExternalOrganizationIdentifier]",
  IdentifierClaimRequest = "operation!:=Claim|Release identifier!:ContactIdentifier",
  MergeContactsRequest = "contactIds!:[string] valueOverride:ExternalContact",
  MergeRequest = "sourceContactId! targetContactId!",
}
