--- Models of the exports.

return {
  ContactsExport = [[
    id* divisionIds:[string] queryConditions:ContactsExportQueryConditions createdBy*:DomainEntityRef
    dateCreated*:date status*:=RUNNING|SUCCEEDED|FAILED downloadUrl* selfUri*:uri dateCompletion*:date
    resultRowCount*:int32
  ]],
  ContactsExportComparisonFieldFilter = "field!:=CreateDate|ModifyDate value!",
  ContactsExportFieldFilter = [[
    field!:=DivisionId|ContactClassification|ExternalOrganizationId|ExternalSourceId|SchemaId|SchemaVersion
    value!
  ]],
  ContactsExportFieldListFilter = [[
    field!:=DivisionId|ContactClassification|ExternalOrganizationId|ExternalSourceId|SchemaId|SchemaVersion
    values!:[string]
  ]],
  ContactsExportFilter = [[
    eq:ContactsExportFieldFilter in:ContactsExportFieldListFilter and:[ContactsExportFilter]
    or:[ContactsExportFilter] not:ContactsExportFilter lte:ContactsExportComparisonFieldFilter
    gte:ContactsExportComparisonFieldFilter
  ]],
  ContactsExportListing = "entities:[ContactsExport] nextUri:uri selfUri:uri previousUri:uri",
  ContactsExportQueryConditions = "filters:ContactsExportFilter limit:int32",
  NotesExport = [[
    id* divisionIds:[string] createdBy*:DomainEntityRef dateCreated*:date dateCompletion*:date
    status*:=RUNNING|SUCCEEDED|FAILED downloadUrl* resultRowCount*:int32
    queryConditions:NotesExportQueryConditions selfUri*:uri
  ]],
  NotesExportComparisonFieldFilter = "field!:=CreateDate|ModifyDate value!",
  NotesExportFieldFilter = "field!:=DivisionId|EntityType value!",
  NotesExportFieldListFilter = "field!:=DivisionId|EntityType values!:[string]",
  NotesExportFilter = [[
    eq:NotesExportFieldFilter in:NotesExportFieldListFilter lte:NotesExportComparisonFieldFilter
    gte:NotesExportComparisonFieldFilter and:[NotesExportFilter] or:[NotesExportFilter]
    not:NotesExportFilter
  ]],
  NotesExportListing = "entities:[NotesExport] nextUri:uri selfUri:uri previousUri:uri",
  NotesExportQueryConditions = "filters:NotesExportFilter limit:int32",
  OrganizationsExport = [[
    id* divisionIds:[string] createdBy*:DomainEntityRef dateCreated*:date dateCompletion*:date
    status*:=RUNNING|SUCCEEDED|FAILED downloadUrl* resultRowCount*:int32
    queryConditions:OrganizationsExportQueryConditions selfUri*:uri
  ]],
  OrganizationsExportComparisonFieldFilter = "field!:=CreateDate|ModifyDate value!",
  OrganizationsExportFieldFilter = "field!:=DivisionId|SchemaId|SchemaVersion value!",
  OrganizationsExportFieldListFilter = "field!:=DivisionId|SchemaId|SchemaVersion values!:[string]",
  OrganizationsExportFilter = [[
    eq:OrganizationsExportFieldFilter in:OrganizationsExportFieldListFilter
    lte:OrganizationsExportComparisonFieldFilter gte:OrganizationsExportComparisonFieldFilter
    and:[OrganizationsExportFilter] or:[OrganizationsExportFilter] not:OrganizationsExportFilter
  ]],
  OrganizationsExportListing = "entities:[OrganizationsExport] nextUri:uri selfUri:uri previousUri:uri",
  OrganizationsExportQueryConditions = "filters:OrganizationsExportFilter limit:int32",
  RelationshipsExport = [[
    id* divisionIds:[string] createdBy*:DomainEntityRef dateCreated*:date dateCompletion*:date
    status*:=RUNNING|SUCCEEDED|FAILED downloadUrl* resultRowCount*:int32
    queryConditions:RelationshipsExportQueryConditions selfUri*:uri
  ]],
  RelationshipsExportComparisonFieldFilter = "field!:=CreateDate|ModifyDate value!",
  RelationshipsExportFieldFilter = "field!:=DivisionId|UserId value!",
  RelationshipsExportFieldListFilter = "field!:=DivisionId|UserId values!:[string]",
  RelationshipsExportFilter = [[
    eq:RelationshipsExportFieldFilter in:RelationshipsExportFieldListFilter
    lte:RelationshipsExportComparisonFieldFilter gte:RelationshipsExportComparisonFieldFilter
    and:[RelationshipsExportFilter] or:[RelationshipsExportFilter] not:RelationshipsExportFilter
  ]],
  RelationshipsExportListing = "entities:[RelationshipsExport] nextUri:uri selfUri:uri previousUri:uri",
  RelationshipsExportQueryConditions = "filters:RelationshipsExportFilter limit:int32",
}
