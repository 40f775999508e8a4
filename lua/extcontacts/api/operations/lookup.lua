--- Lookup of records by an address.

local parameters = require "extcontacts.api.operations.parameters"
local permission_sets = require "extcontacts.api.operations.permission_sets"

local LOOKUP_VAL = parameters.LOOKUP_VAL
local EXPAND_LOOKUP = parameters.EXPAND_LOOKUP

return {
  { "get_externalcontacts_reversewhitepageslookup", "lookup.reverse", "GET",
    "/reversewhitepageslookup",
    effect = "read",
    summary = "Look up contacts and externalOrganizations based on an attribute. "
      .. "Maximum of 25 values returned.",
    permissions = permission_sets.contacts "view",
    query = { LOOKUP_VAL, EXPAND_LOOKUP },
    returns = "ReverseWhitepagesLookupResult",
    max_results = 25,
  },
}
