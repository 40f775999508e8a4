--- Models of the CSV import.

return {
  ContactImportField = "name! included!:boolean",
  ContactImportJobEntityListing = [[
    entities:[ContactImportJobResponse] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors
  ]],
  ContactImportJobMetadata = [[
    fileName dryRunFailedCount:int32 dryRunSuccessCount:int32 dryRunReportDownloadUrl
    importFailedCount:int32 importSuccessCount:int32 importReportDownloadUrl
  ]],
  ContactImportJobRequest = "settingsId! division:WritableStarrableDivision",
  ContactImportJobResponse = [[
    id* status:=Created|Running|Completed|Failed|Cancelled statusDetails
    executionStep:=Validating|Validated|Importing metadata:ContactImportJobMetadata dateCreated:date
    division:StarrableDivision selfUri*:uri settings!:AddressableEntityRef
  ]],
  ContactImportJobStatusUpdateRequest = "jobId! status!:=Continue|Cancel|Retry",
  ContactImportJobStatusUpdateResponse = "jobId status:=Continue|Cancel|Retry",
  ContactImportSettings = [[
    id* name! matchingCriteria:[string]=Email|Phone mergeContacts!:boolean externalSourceId!
    importFields!:[ContactImportField] dateCreated*:date selfUri*:uri
  ]],
  ContactImportSettingsEntityListing = [[
    entities:[ContactImportSettings] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors
  ]],
  CsvJobRequest = "uploadId! settingsId! division:WritableStarrableDivision",
  CsvJobResponse = "job!:AddressableEntityRef",
  CsvMappingEntry = "sourceField! targetField!",
  CsvSettings = "id* externalSettingsId mappings!:[CsvMappingEntry] selfUri*:uri",
  CsvUploadDetailsResponse = "uploadId! fileName validationResult!:ValidationResult",
  CsvUploadPreviewResponse = "uploadId! headers!:[string] entries!:[[string]]",
  CsvUploadRequest = "fileName fileSize!:int64",
  CsvUploadResponse = "uploadId! uploadUrl! uploadHeaders!:[Header]",
  Header = "name value",
  Listing = "entities:[CsvSettings] nextUri:uri selfUri:uri previousUri:uri",
  StarrableDivision = "id* name selfUri*:uri",
  ValidationError = "lineNumber!:int64 message!",
  ValidationResult = "separatorValid!:boolean fileEncodingValid!:boolean errors!:[ValidationError]",
}
