--- Models of the bulk operations.  A response's results and their errors have one
-- model for each kind of entity; they differ in that alone.

local models = {
  BulkContactsEnrichRequest = "entities:[ContactEnrichRequest]",
  BulkContactsRequest = "entities:[ExternalContact]",
  BulkErrorDetail = "fieldName value message",
  BulkIdsRequest = "entities:[ExternalContactsEntity]",
  BulkNotesRequest = "entities:[Note]",
  BulkOrganizationsEnrichRequest = "entities:[ExternalOrganizationEnrichRequest]",
  BulkOrganizationsRequest = "entities:[ExternalOrganization]",
  BulkRelationshipsRequest = "entities:[Relationship]",
  Entity = "id*",
  ExternalContactsEntity = "id*",
}

-- Response → the model of a result's record (Void: none), and of the item that a
-- failed result repeats.
for response, entities in pairs {
  BulkContactsEnrichResponse = { "ExternalContact", "ContactEnrichRequest" },
  BulkContactsResponse = { "ExternalContact", "ExternalContact" },
  BulkDeleteResponse = { "Void", "Entity" },
  BulkFetchContactsResponse = { "ExternalContact", "Entity" },
  BulkFetchNotesResponse = { "Note", "Entity" },
  BulkFetchOrganizationsResponse = { "ExternalOrganization", "Entity" },
  BulkFetchRelationshipsResponse = { "Relationship", "Entity" },
  BulkNotesResponse = { "Note", "Note" },
  BulkOrganizationsEnrichResponse = { "ExternalOrganization", "ExternalOrganizationEnrichRequest" },
  BulkOrganizationsResponse = { "ExternalOrganization", "ExternalOrganization" },
  BulkRelationshipsResponse = { "Relationship", "Relationship" },
} do
  local record, item = entities[1], entities[2]
  local failure = "BulkEntityError" .. item
  local result = "BulkResponseResult" .. record .. item .. failure
  models[response] = ("results:[%s] errorCount:int32 errorIndexes:[integer]"):format(result)
  models[result] = ("id success:boolean entity:%s error:%s status:int32"):format(
    record == "Void" and "object" or record, failure)
  models[failure] = "code message status:int32 retryable:boolean details:[BulkErrorDetail] entity:" .. item
end

return models
