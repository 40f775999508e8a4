--- The models of contacts, organizations, notes and relationships, and of what
-- operations on them return.  These are always loaded.  The fields of the
-- specification come first, then those that the API added.  A contact needs no
-- name: the API made both optional in 2022-11.

return {
  AddressableEntityRef = "id selfUri:uri",
  AppleOpaqueId = "value",
  ContactAddress = "address1 address2 city state postalCode countryCode",
  ContactAddressableEntityRef = "id selfUri:uri",
  ContactIdentifier = [[
    division:WritableStarrableDivision
    type!:=SocialLine|SocialFacebook|SocialTwitter|SocialWhatsapp|SocialInstagram|SocialWhatsappBsuid|
      AppleOpaqueId|Email|Phone|Cookie|ExternalId|SocialInstagramHandle
    value! dateCreated:date externalSource:ExternalSource
  ]],
  ContactListing = [[
    entities:[ExternalContact] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri selfUri:uri
    nextUri:uri lastUri:uri previousUri:uri pageCount:int32 partialResults:boolean
  ]],
  ConversationAssociation = [[
    externalContactId conversationId! communicationId!
    mediaType!:=CALL|CALLBACK|CHAT|COBROWSE|EMAIL|MESSAGE|INTERNAL_MESSAGE|SCREEN_MONITORING|
      SOCIAL_EXPRESSION|VIDEO|SCREENSHARE
  ]],
  CursorContactListing = "entities:[ExternalContact] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors",
  CursorNoteListing = "entities:[Note] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors",
  CursorOrganizationListing = [[
    entities:[ExternalOrganization] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors
  ]],
  CursorRelationshipListing = [[
    entities:[Relationship] nextUri:uri selfUri:uri previousUri:uri cursors:Cursors
  ]],
  Cursors = "before after",
  DataSchema = [[
    id* name version!:int32
    appliesTo:[string]=CONTACT|CONVERSATION|EXTERNAL_ORGANIZATION|OPEN_ACTION|WORKITEM|DECISION_TABLE|
      USER_CUSTOM_ATTRIBUTES|EXTERNAL_EVENTS
    enabled:boolean createdBy:DomainEntityRef dateCreated*:date jsonSchema!:JsonSchemaDocument selfUri*:uri
  ]],
  DataSchemaListing = "total:int64 entities:[DataSchema] selfUri:uri",
  Detail = "errorCode fieldName entityId entityName",
  DomainEntityRef = "id name selfUri:uri",
  Empty = "",
  ErrorBody = [[
    message code status:int32 entityId entityName messageWithParams messageParams:{string} contextId
    details:[Detail] errors:[ErrorBody] limit:Limit
  ]],
  ExternalContact = [[
    id* firstName middleName lastName salutation title workPhone:PhoneNumber cellPhone:PhoneNumber
    homePhone:PhoneNumber otherPhone:PhoneNumber workEmail personalEmail otherEmail address:ContactAddress
    twitterId:TwitterId lineId:LineId whatsAppId:WhatsAppId facebookId:FacebookId modifyDate:date
    createDate:date externalOrganization:ExternalOrganization surveyOptOut:boolean externalSystemUrl
    schema:DataSchema customFields:{object} externalDataSources*:[ExternalDataSource] selfUri*:uri
    division:WritableStarrableDivision instagramId:InstagramId appleOpaqueIds:[AppleOpaqueId]
    externalIds:[ExternalId] identifiers:[ContactIdentifier] type*:=Ephemeral|Identified|Curated
    canonicalContact*:ContactAddressableEntityRef mergeSet*:[ContactAddressableEntityRef]
    mergedFrom*:[ContactAddressableEntityRef] mergedTo*:ContactAddressableEntityRef
    mergeOperation*:MergeOperation
  ]],
  ExternalDataSource = "platform:=SALESFORCE url",
  ExternalId = "externalSource!:ExternalSource value!",
  ExternalOrganization = [[
    id name! companyType industry primaryContactId address:ContactAddress phoneNumber:PhoneNumber
    faxNumber:PhoneNumber employeeCount:int64 revenue:int64 tags:[string] websites:[string] tickers:[Ticker]
    twitterId:TwitterId externalSystemUrl modifyDate:date createDate:date trustor:Trustor schema:DataSchema
    customFields:{object} externalDataSources*:[ExternalDataSource] selfUri*:uri
    division:WritableStarrableDivision identifiers:[ExternalOrganizationIdentifier] externalIds:[ExternalId]
  ]],
  ExternalOrganizationIdentifier = [[
    division:WritableStarrableDivision type!:=ExternalId value! dateCreated:date
    externalSource:ExternalSource
  ]],
  ExternalOrganizationListing = [[
    entities:[ExternalOrganization] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri selfUri:uri
    nextUri:uri lastUri:uri previousUri:uri pageCount:int32 partialResults:boolean
  ]],
  ExternalOrganizationTrustorLink = [[
    externalOrganizationId trustorOrgId dateCreated:date externalOrganizationUri*
    division:WritableStarrableDivision
  ]],
  ExternalSource = "id name! active:boolean linkConfiguration:LinkConfiguration selfUri*:uri",
  FacebookId = "ids:[FacebookScopedId] displayName",
  FacebookScopedId = "scopedId",
  InstagramId = "ids!:[InstagramScopedId] displayName handle",
  InstagramScopedId = "scopedId!",
  JsonSchemaDocument = [[
    id $schema title description type required:[string] properties:{object} additionalProperties:object
  ]],
  Limit = [[
    key
    namespace:=users.rules|voice.transcription|agent.assistant|agentic.virtual.agents|analytics.agents|
      analytics.alerting|analytics.data.extraction|analytics|analytics.realtime|analytics.reporting.settings|
      anomaly.detection|architect|audiohook|audiohook.monitor|audit|auth.api|authorization|
      automation.testing|bots|bots.voice|business.rules|callback|case.management|cobrowse|content.management|
      conversation|copilot|dataactions|datatables|directory|dsar|email|employee.engagement|
      event.orchestration|external.contacts|external.events.data.ingestion|gamification|gcv|gdpr|groups|
      guides|historical.adherence|infrastructureascode|integrations|intent.miner|internal.messaging|journey|
      knowledge|language.understanding|learning|limit.registry|marketplace|mcp.analytics.aggregates|mcp|
      media.communications|messaging|micro.frontend|multi.org|notifications|onboarding|organization.notice|
      outbound|platform.api|predictive.routing|presence|quality|recording|response.management|routing|scim|
      screen.monitoring|sda|search|secondary.automation.testing|skills|social.media|
      speech.and.text.analytics|speech.integration|supportability|task.management|telephony.configuration|
      usage|users|web.deployments|web.messaging|webchat|webhooks|workforce.management.adherence|
      workforce.management.agent.availability|workforce.management.forecast|workforce.management|
      workforce.management.scheduling.preferences|workforce.management.self.schedule|
      workforce.management.shift.trading|system
    value:int64
  ]],
  LineId = "ids:[LineUserId] displayName",
  LineUserId = "userId",
  LinkConfiguration = "uriTemplate!",
  MergeOperation = [[
    sourceContact*:AddressableEntityRef targetContact*:AddressableEntityRef
    resultingContact*:AddressableEntityRef
  ]],
  Note = [[
    id* name noteText modifyDate:date createDate:date createdBy!:User
    externalDataSources*:[ExternalDataSource] selfUri*:uri division:WritableStarrableDivision entityId
    entityType:=contact|organization
  ]],
  NoteListing = [[
    entities:[Note] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri selfUri:uri nextUri:uri
    lastUri:uri previousUri:uri pageCount:int32 partialResults:boolean
  ]],
  OrgUser = [[
    id* name division:Division chat:Chat department email primaryContactInfo*:[Contact] addresses:[Contact]
    state*:=active|inactive|deleted title username manager:User images:[Image] version!:int32
    certifications:[string] biography:Biography employerInfo:EmployerInfo routingStatus*:RoutingStatus
    presence*:UserPresence conversationSummary*:UserConversationSummary outOfOffice*:OutOfOffice
    geolocation*:Geolocation station*:UserStations authorization*:UserAuthorization profileSkills*:[string]
    locations*:[Location] groups*:[Group] team:Team skills:[UserRoutingSkill]
    languages:[UserRoutingLanguage] acdAutoAnswer:boolean languagePreference*
    lastTokenIssued:OAuthLastTokenIssued organization:Organization preferredName
    integrationPresence*:UserPresence workPlanBidRanks*:WorkPlanBidRanks dateLastLogin*:date
    dateWelcomeSent*:date
  ]],
  Organization = [[
    id* name defaultLanguage defaultCountryCode thirdPartyOrgName* thirdPartyURI:uri domain version!:int32
    state:=active|inactive|deleted defaultSiteId supportURI voicemailEnabled:boolean
    productPlatform:=GenesysCloud|PureCloud|PureEngage|PureEngageCloud|PureConnect|PureConnectCloud|Unknown
    selfUri*:uri features*:{boolean}
  ]],
  PhoneNumber = [[
    display extension:int64 acceptsSMS:boolean userInput e164 countryCode normalizationCountryCode
  ]],
  Relationship = [[
    id* name user!:User externalOrganization!:ExternalOrganization relationship!
    externalDataSources*:[ExternalDataSource] selfUri*:uri division:WritableStarrableDivision
  ]],
  RelationshipListing = [[
    entities:[Relationship] pageSize:int32 pageNumber:int32 total:int64 firstUri:uri selfUri:uri nextUri:uri
    lastUri:uri previousUri:uri pageCount:int32 partialResults:boolean
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
    id* name division:Division chat:Chat department email primaryContactInfo*:[Contact] addresses:[Contact]
    state*:=active|inactive|deleted title username manager:User images:[Image] version!:int32
    certifications:[string] biography:Biography employerInfo:EmployerInfo routingStatus*:RoutingStatus
    presence*:UserPresence conversationSummary*:UserConversationSummary outOfOffice*:OutOfOffice
    geolocation*:Geolocation station*:UserStations authorization*:UserAuthorization profileSkills*:[string]
    locations*:[Location] groups*:[Group] team:Team skills:[UserRoutingSkill]
    languages:[UserRoutingLanguage] acdAutoAnswer:boolean languagePreference*
    lastTokenIssued:OAuthLastTokenIssued selfUri*:uri preferredName integrationPresence*:UserPresence
    workPlanBidRanks*:WorkPlanBidRanks dateLastLogin*:date dateWelcomeSent*:date
  ]],
  WhatsAppId = "phoneNumber:PhoneNumber displayName",
  WritableStarrableDivision = "id name selfUri*:uri",
}
