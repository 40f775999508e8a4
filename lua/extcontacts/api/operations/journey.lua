--- Operations on the sessions and segments of a contact.

local parameters = require "extcontacts.api.operations.parameters"

local INCLUDE_MERGED = parameters.query {
  name = "include_merged",
  wire = "includeMerged",
  type = "boolean",
  doc = "include those of the contacts that were merged into this one",
}

local LIMIT = parameters.query {
  name = "limit",
  wire = "limit",
  type = "integer",
  max = 500,
  server_default = 25,
  doc = "most assignments in the answer",
}

return {
  { "get_externalcontacts_contact_journey_sessions", "contacts.sessions.list", "GET",
    "/contacts/{contactId}/journey/sessions",
    effect = "read",
    summary = "Retrieve all sessions for a given external contact.",
    permissions = { "externalContacts:session:view" },
    query = { parameters.TEXT_PAGE_SIZE_200, parameters.AFTER, INCLUDE_MERGED },
    returns = "SessionListing",
    paging = "after",
    after_in = "nextUri",
    iterator = "each_contact_session",
  },
  { "get_externalcontacts_contact_journey_segments", "contacts.segments.list", "GET",
    "/contacts/{contactId}/journey/segments",
    effect = "read",
    summary = "Retrieve segment assignments by external contact ID.",
    note = "There are no further pages: the answer has at most `limit` assignments.",
    permissions = { "externalContacts:segmentAssignment:view" },
    query = { INCLUDE_MERGED, LIMIT },
    returns = "SegmentAssignmentListing",
    lists = true,
    since = "2025-08-03",
  },
  { "post_externalcontacts_contact_journey_segments", "contacts.segments.change", "POST",
    "/contacts/{contactId}/journey/segments",
    effect = "update",
    summary = "Assign/Unassign up to 10 segments to/from an external contact or, if a segment is already assigned, "
      .. "update",
    note = "Status 200 does not say that all segments were processed: those in unprocessedItems were not, and can "
      .. "be sent again.",
    permissions = { "externalContacts:segmentAssignment:add", "externalContacts:segmentAssignment:delete" },
    body_model = "UpdateSegmentAssignmentRequest",
    body_optional = true,
    returns = "UpdateSegmentAssignmentResponse",
    since = "2025-08-03",
  },
}
