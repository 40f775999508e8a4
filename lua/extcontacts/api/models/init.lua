--- The models of the records: their fields, those the server sets and those a
-- write must have, in the notation of `define`.  The client never rejects a
-- record for a field that is missing here.

local define = require "extcontacts.api.models.define"

-- As specified, but a contact needs no name: the API made both optional in 2022-11.
local source = {
  ContactAddress = "address1 address2 city state postalCode countryCode",
  ContactListing = [[
    entities:[ExternalContact] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri
    selfUri:uri nextUri:uri lastUri:uri previousUri:uri pageCount:int32
  ]],
  ConversationAssociation = [[
    externalContactId conversationId! communicationId!
    mediaType!:=CALL|CALLBACK|CHAT|COBROWSE|EMAIL|MESSAGE|SOCIAL_EXPRESSION|VIDEO|SCREENSHARE
  ]],
  CursorContactListing = "entities:[ExternalContact] nextUri:uri selfUri:uri previousUri:uri",
  CursorNoteListing = "entities:[Note] nextUri:uri selfUri:uri previousUri:uri",
  CursorOrganizationListing = "entities:[ExternalOrganization] nextUri:uri selfUri:uri previousUri:uri",
  CursorRelationshipListing = "entities:[Relationship] nextUri:uri selfUri:uri previousUri:uri",
  Cursors = "before after",
  DataSchema = [[
    id* name version!:int32 appliesTo:[string] enabled:boolean createdBy:DomainEntityRef
    dateCreated*:date jsonSchema!:JsonSchemaDocument selfUri*:uri
  ]],
  DataSchemaListing = "total:int64 entities:[DataSchema] selfUri:uri",
  Detail = "errorCode fieldName entityId entityName",
  DomainEntityRef = "id name selfUri:uri",
  Empty = "",
  ErrorBody = [[
    message code status:int32 entityId entityName messageWithParams messageParams:{string}
    contextId details:[Detail] errors:[ErrorBody]
  ]],
  ExternalContact = [[
    id* firstName middleName lastName salutation title workPhone:PhoneNumber
    cellPhone:PhoneNumber homePhone:PhoneNumber otherPhone:PhoneNumber workEmail personalEmail
    otherEmail address:ContactAddress twitterId:TwitterId lineId:LineId whatsAppId:WhatsAppId
    facebookId:FacebookId modifyDate:date createDate:date
    externalOrganization:ExternalOrganization surveyOptOut:boolean externalSystemUrl
    schema:DataSchema customFields:{object} externalDataSources*:[ExternalDataSource]
    selfUri*:uri
  ]],
  ExternalDataSource = "platform:=SALESFORCE url",
  ExternalOrganization = [[
    id name! companyType industry primaryContactId address:ContactAddress phoneNumber:PhoneNumber
    faxNumber:PhoneNumber employeeCount:int64 revenue:int64 tags:[string] websites:[string]
    tickers:[Ticker] twitterId:TwitterId externalSystemUrl modifyDate:date createDate:date
    trustor:Trustor schema:DataSchema customFields:{object}
    externalDataSources*:[ExternalDataSource] selfUri*:uri
  ]],
  ExternalOrganizationListing = [[
    entities:[ExternalOrganization] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri
    selfUri:uri nextUri:uri lastUri:uri previousUri:uri pageCount:int32
  ]],
  ExternalOrganizationTrustorLink = "externalOrganizationId trustorOrgId dateCreated:date externalOrganizationUri*",
  FacebookId = "ids:[FacebookScopedId] displayName",
  FacebookScopedId = "scopedId",
  JsonSchemaDocument = [[
    id $schema title description type required:[string] properties:{object}
    additionalProperties:object
  ]],
  LineId = "ids:[LineUserId] displayName",
  LineUserId = "userId",
  Note = [[
    id* name noteText modifyDate:date createDate:date createdBy!:User
    externalDataSources*:[ExternalDataSource] selfUri*:uri
  ]],
  NoteListing = [[
    entities:[Note] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri selfUri:uri
    nextUri:uri lastUri:uri previousUri:uri pageCount:int32
  ]],
  OrgUser = [[
    id* name division:Division chat:Chat department email primaryContactInfo*:[Contact]
    addresses:[Contact] state*:=active|inactive|deleted title username manager:User
    images:[UserImage] version!:int32 certifications:[string] biography:Biography
    employerInfo:EmployerInfo routingStatus*:RoutingStatus presence*:UserPresence
    conversationSummary*:UserConversationSummary outOfOffice*:OutOfOffice
    geolocation*:Geolocation station*:UserStations authorization*:UserAuthorization
    profileSkills*:[string] locations*:[Location] groups*:[Group] team:Team
    skills:[UserRoutingSkill] languages:[UserRoutingLanguage] acdAutoAnswer:boolean
    languagePreference* lastTokenIssued:OAuthLastTokenIssued organization:Organization
  ]],
  Organization = [[
    id* name defaultLanguage defaultCountryCode thirdPartyOrgName* thirdPartyURI:uri domain
    version!:int32 state:=active|inactive|deleted defaultSiteId supportURI
    voicemailEnabled:boolean
    productPlatform:=PureCloud|PureEngage|PureEngageCloud|PureConnect|PureConnectCloud|Unknown
    selfUri*:uri features*:{boolean}
  ]],
  PhoneNumber = "display extension:int64 acceptsSMS:boolean userInput e164 countryCode",
  Relationship = [[
    id* name user!:User externalOrganization!:ExternalOrganization relationship!
    externalDataSources*:[ExternalDataSource] selfUri*:uri
  ]],
  RelationshipListing = [[
    entities:[Relationship] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri selfUri:uri
    nextUri:uri lastUri:uri previousUri:uri pageCount:int32
  ]],
  ReverseWhitepagesLookupResult = "contacts:[ExternalContact] externalOrganizations:[ExternalOrganization]",
  Ticker = "symbol! exchange!",
  TrusteeAuthorization = "permissions:[string]",
  Trustor = [[
    id* enabled!:boolean dateCreated*:date createdBy*:OrgUser organization*:Organization
    authorization:TrusteeAuthorization selfUri*:uri
  ]],
  TwitterId = "id name screenName verified*:boolean profileUrl*",
  User = [[
    id* name division:Division chat:Chat department email primaryContactInfo*:[Contact]
    addresses:[Contact] state*:=active|inactive|deleted title username manager:User
    images:[UserImage] version!:int32 certifications:[string] biography:Biography
    employerInfo:EmployerInfo routingStatus*:RoutingStatus presence*:UserPresence
    conversationSummary*:UserConversationSummary outOfOffice*:OutOfOffice
    geolocation*:Geolocation station*:UserStations authorization*:UserAuthorization
    profileSkills*:[string] locations*:[Location] groups*:[Group] team:Team
    skills:[UserRoutingSkill] languages:[UserRoutingLanguage] acdAutoAnswer:boolean
    languagePreference* lastTokenIssued:OAuthLastTokenIssued selfUri*:uri
  ]],
  WhatsAppId = "phoneNumber:PhoneNumber displayName",
}

-- Fields that the specified models lack: sent by the server all along, or added
-- since.
local additional = {
  ExternalContact = [[
    type*:=Ephemeral|Identified|Curated canonicalContact*:object mergeSet*:[object]
    mergedFrom*:[object] mergedTo*:object mergeOperation*:object division:object
    externalIds:[object] identifiers:[object] instagramId:object appleOpaqueIds:[object]
  ]],
  ExternalOrganization = "division:object externalIds:[object] identifiers:[object]",
  Note = "division:object entityId entityType",
  Relationship = "division:object",
  PhoneNumber = "normalizationCountryCode",
  CursorContactListing = "cursors:Cursors",
  CursorNoteListing = "cursors:Cursors",
  CursorOrganizationListing = "cursors:Cursors",
  CursorRelationshipListing = "cursors:Cursors",
}

---@type table<string, extcontacts.Model>
local models = {}
for name, text in pairs(source) do
  models[name] = define.model(name, text .. " " .. (additional[name] or ""))
end

return models
