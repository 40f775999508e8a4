--- Models of the settings, the core types of custom fields and the external sources.

return {
  Coretype = [[
    id* name version:int32 dateCreated:date schema:Schema current:boolean validationFields:[string]
    validationLimits:ValidationLimits itemValidationFields:[string]
    itemValidationLimits:ItemValidationLimits selfUri*:uri
  ]],
  CoretypeListing = "total:int64 entities:[Coretype] selfUri:uri",
  CursorExternalSourceListing = [[
    entities:[ExternalSource] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors
  ]],
  ExternalContactsSettings = [[
    manuallyAssignDivisionsToInteractions:boolean manuallyAssignDivisionsToContacts:boolean
  ]],
  ItemValidationLimits = "minLength!:MinLength maxLength!:MaxLength",
  Items = "type pattern",
  MaxLength = "min!:int64 max!:int64",
  MinLength = "min!:int64 max!:int64",
  Schema = "title* description* type*:[string] items*:Items pattern*",
  SchemaQuantityLimits = [[
    id* name minFieldNameCharacters*:int32 maxFieldNameCharacters*:int32 minFieldTitleCharacters*:int32
    maxFieldTitleCharacters*:int32 minFieldDescriptionCharacters*:int32 maxFieldDescriptionCharacters*:int32
    minSchemaNameCharacters*:int32 maxSchemaNameCharacters*:int32 minSchemaDescriptionCharacters*:int32
    maxSchemaDescriptionCharacters*:int32 maxNumberOfSchemasPerOrg*:int32 maxNumberOfFieldsPerSchema*:int32
    maxNumberOfFieldsPerOrg*:int32 selfUri*:uri
  ]],
  UpdatedSettingsResponse = "message",
  ValidationLimits = [[
    minLength:MinLength maxLength:MaxLength minItems:MinLength maxItems:MaxLength minimum:MinLength
    maximum:MaxLength
  ]],
}
