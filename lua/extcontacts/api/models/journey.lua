--- Models of a contact's sessions and segments.

return {
  AchievedOutcome = "id! selfUri*:uri",
  AssignedSegment = "id! selfUri*:uri",
  Browser = [[
    family! version! lang fingerprint isMobile:boolean viewHeight:int32 viewWidth:int32
    featuresFlash!:boolean featuresJava!:boolean featuresPdf!:boolean featuresWebrtc!:boolean
  ]],
  ConnectedQueue = "id* selfUri*:uri",
  ConnectedUser = "id* selfUri*:uri",
  ConversationChannel = [[
    type!:=Unknown|Call|Callback|Email|GenericObject|Messaging|Social|Webchat|Voice|Chat|Cobrowse|Video|
      Screenshare|Message|InternalMessage
    messageType:=Unknown|Sms|Twitter|Facebook|Line|WhatsApp|WebMessaging|Open|Instagram|Apple platform
  ]],
  ConversationUserDisposition = "code! notes user!:AddressableEntityRef",
  CustomEventAttribute = "dataType! value!",
  CustomEventAttributeList = "dataType! values!:[string]",
  Device = [[
    category!:=desktop|mobile|tablet|other type! isMobile!:boolean screenHeight:int32 screenWidth:int32
    screenDensity:int32 fingerprint osFamily! osVersion! manufacturer
  ]],
  JourneyApp = "name! namespace! version! buildNumber!",
  JourneyCampaign = "content medium name source term clickId network",
  JourneyCaseAssociation = [[
    id! associatedCase:AddressableEntityRef caseReference dateAssociated:date selfUri*:uri
  ]],
  JourneyGeolocation = [[
    country countryName latitude:double longitude:double locality postalCode region regionName source
    timezone
  ]],
  JourneyPage = [[
    url! title domain! fragment hostname! keywords lang pathname! queryString breadcrumb!:[string]
  ]],
  NetworkConnectivity = "carrier bluetoothEnabled!:boolean cellularEnabled!:boolean wifiEnabled!:boolean",
  OutcomeAchievement = "outcome!:AchievedOutcome achievedDate!:date",
  Referrer = [[
    url! domain! hostname! keywords pathname! queryString fragment name
    medium!:=internal|search|social|email|unknown|paid
  ]],
  SdkLibrary = "name! version!",
  SegmentAssignment = [[
    dateAssigned!:date dateForUnassignment!:date segment!:SegmentAssignmentSegment
    externalContact!:AddressableEntityRef session:SegmentAssignmentSession
  ]],
  SegmentAssignmentListing = "entities:[SegmentAssignment]",
  SegmentAssignmentSegment = "id! selfUri*:uri",
  SegmentAssignmentSession = "id! type! selfUri*:uri",
  SegmentAssignments = "segments!:[SegmentForAssignment]",
  SegmentForAssignment = "id!",
  SegmentForUnassignment = "id!",
  SegmentUnassignments = "segments!:[SegmentForUnassignment]",
  Session = [[
    id! externalContact:AddressableEntityRef customerId customerIdType type! externalId externalUrl shortId
    outcomeAchievements:[OutcomeAchievement] segmentAssignments:[SessionSegmentAssignment]
    attributes:{CustomEventAttribute} attributeLists:{CustomEventAttributeList} browser:Browser
    device:Device geolocation:JourneyGeolocation ipAddress ipOrganization lastPage:JourneyPage
    mktCampaign:JourneyCampaign referrer:Referrer app:JourneyApp sdkLibrary:SdkLibrary
    networkConnectivity:NetworkConnectivity searchTerms:[string] userAgentString durationInSeconds:int32
    eventCount!:int32 pageviewCount:int32 screenviewCount:int32 lastEvent!:SessionLastEvent
    conversation:AddressableEntityRef lastConnectedQueue:ConnectedQueue lastConnectedUser:ConnectedUser
    lastUserDisposition:ConversationUserDisposition conversationChannels:[ConversationChannel]
    originatingDirection:=Unknown|Inbound|Outbound conversationSubject
    lastUserDisconnectType:=Unknown|Endpoint|Client|System|Transfer|Error|Peer|Other|Spam|Timeout|
      TransportFailure|ConferenceTransfer|ConsultTransfer|ForwardTransfer|NoAnswerTransfer|
      NotAvailableTransfer|Uncallable|DoNotDisturbEndpoint|DoNotDisturbTransfer|SessionExpired|Takeover
    lastAcdOutcome:=Unknown|Abandon|Answered|FlowOut authenticated!:boolean divisionIds:[string] lastScreen
    caseAssociations:[JourneyCaseAssociation] caseEntity:AddressableEntityRef caseReference
    caseStatus:=Unknown|Open|InProgress|Terminated|Closed selfUri*:uri createdDate!:date endedDate:date
    awayDate:date idleDate:date
  ]],
  SessionLastEvent = "id! eventName! createdDate!:date",
  SessionListing = "entities:[Session] nextUri:uri selfUri:uri previousUri:uri",
  SessionSegmentAssignment = "segment!:AssignedSegment assignedDate!:date",
  UnprocessedSegmentAssignments = "assign:SegmentAssignments unassign:SegmentUnassignments count!:int32",
  UpdateSegmentAssignmentRequest = "assign:SegmentAssignments unassign:SegmentUnassignments",
  UpdateSegmentAssignmentResponse = "unprocessedItems!:UnprocessedSegmentAssignments",
}
