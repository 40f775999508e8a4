--- Models inside a user, which records show only with `expand`.

return {
  Biography = "biography interests:[string] hobbies:[string] spouse education:[Education]",
  Chat = "jabberId",
  Contact = [[
    address display* mediaType:=PHONE|EMAIL|SMS type:=PRIMARY|WORK|WORK2|WORK3|WORK4|HOME|MOBILE|MAIN|OTHER
    extension countryCode integration
  ]],
  Division = "id* name selfUri*:uri",
  DomainRole = "id name",
  Education = "school fieldOfStudy notes dateStart:day dateEnd:day",
  EmployerInfo = "officialName employeeId employeeType dateHire",
  Geolocation = [[
    id* name type primary:boolean latitude:double longitude:double country region city
    locations:[LocationDefinition] selfUri*:uri
  ]],
  Group = [[
    id* name! description dateModified*:date memberCount*:int64 state*:=active|inactive|deleted
    version*:int32 type!:=official|social images:[Image] addresses:[GroupContact] rulesVisible!:boolean
    visibility!:=public|owners|members rolesEnabled:boolean includeOwners:boolean callsEnabled:boolean
    owners:[User] selfUri*:uri email
  ]],
  GroupContact = "address! extension display* type!:=GROUPRING|GROUPPHONE mediaType!:=PHONE",
  Image = "resolution imageUri",
  Location = "id floorplanId* coordinates:{double} notes locationDefinition:LocationDefinition",
  LocationAddress = "city country countryName state street1 street2 zipcode",
  LocationAddressVerificationDetails = [[
    status:=Pending|InProgress|Retry|Complete|Failed dateFinished:date dateStarted:date service
  ]],
  LocationDefinition = [[
    id* name contactUser:AddressableEntityRef emergencyNumber:LocationEmergencyNumber
    address:LocationAddress state:=active|deleted notes version:int32 path*:[string]
    profileImage*:[LocationImage] floorplanImage*:[LocationImage]
    addressVerificationDetails*:LocationAddressVerificationDetails addressVerified*:boolean
    addressStored*:boolean images selfUri*:uri
  ]],
  LocationEmergencyNumber = "e164 number type:=default|elin",
  LocationImage = "resolution imageUri",
  MediaSummary = "contactCenter:MediaSummaryDetail enterprise:MediaSummaryDetail",
  MediaSummaryDetail = "active:int32 acw:int32",
  OAuthLastTokenIssued = "dateIssued:date",
  OutOfOffice = [[
    id* name user:User startDate:date endDate:date active:boolean indefinite:boolean selfUri*:uri
  ]],
  PresenceDefinition = "id systemPresence selfUri*:uri",
  ResourceConditionNode = [[
    variableName conjunction:=AND|OR operator:=EQ|IN|GE|GT|LE|LT operands:[ResourceConditionValue]
    terms:[ResourceConditionNode]
  ]],
  ResourceConditionValue = "type:=SCALAR|VARIABLE|USER|QUEUE|TEAM value",
  ResourcePermissionPolicy = [[
    id domain entityName policyName policyDescription actionSetKey allowConditions:boolean
    resourceConditionNode:ResourceConditionNode namedResources:[string] resourceCondition actionSet:[string]
  ]],
  RoutingStatus = "userId status:=OFF_QUEUE|IDLE|INTERACTING|NOT_RESPONDING|COMMUNICATING startTime:date",
  Team = [[
    id* name! division:WritableDivision description dateCreated*:date dateModified*:date memberCount*:int64
    selfUri*:uri
  ]],
  UserAuthorization = [[
    roles:[DomainRole] unusedRoles*:[DomainRole] permissions*:[string]
    permissionPolicies*:[ResourcePermissionPolicy]
  ]],
  UserConversationSummary = [[
    userId call:MediaSummary callback:MediaSummary email:MediaSummary message:MediaSummary chat:MediaSummary
    socialExpression:MediaSummary video:MediaSummary
  ]],
  UserPresence = [[
    id* name source sourceId primary:boolean presenceDefinition:PresenceDefinition
    futurePresenceDefinition*:PresenceDefinition message modifiedDate:date selfUri*:uri
  ]],
  UserRoutingLanguage = [[
    id* name proficiency:double state:=active|inactive|deleted languageUri* selfUri*:uri
  ]],
  UserRoutingSkill = "id* name proficiency:double state:=active|inactive|deleted skillUri*:uri selfUri*:uri",
  UserStation = [[
    id* name type associatedUser:User associatedDate:date defaultUser:User providerInfo:{string}
    webRtcCallAppearances*:int32
  ]],
  UserStations = [[
    associatedStation*:UserStation effectiveStation*:UserStation defaultStation*:UserStation
    lastAssociatedStation*:UserStation
  ]],
  WorkPlanBidRanks = "id workPlanBiddingPerformance:int32 biddingTieBreaker selfUri*:uri",
  WritableDivision = "id name selfUri*:uri",
}
