--- The names of all operations, in the order of the reference: short name,
-- specified name without its constant part, and the client's iterator if it is a
-- listing.  A line of one word names the file with the rows that follow.  Rows are
-- loaded when they are first used, but namespaces, completion and "did you mean"
-- know all names.

local TEXT = [[
contacts
  contacts.get                      get    contact
  contacts.list                     get    contacts                                  each_contact
  contacts.create                   post   contacts
  contacts.update                   put    contact
  contacts.patch                    patch  contact
  contacts.delete                   delete contact
  contacts.scan                     get    scan_contacts                             scan_contacts
  contacts.search                   post   contacts_search                           search_contacts
identities
  contacts.unresolved               get    contact_unresolved
  contacts.promote                  post   contact_promotion
  contacts.enrich                   post   contacts_enrich
  contacts.merge                    post   contacts_merge
  contacts.merge_two                post   merge_contacts
  contacts.identifiers.list         get    contact_identifiers
  contacts.identifiers.change       patch  contact_identifiers
notes
  contacts.notes.get                get    contact_note
  contacts.notes.list               get    contact_notes                             each_contact_note
  contacts.notes.create             post   contact_notes
  contacts.notes.update             put    contact_note
  contacts.notes.patch              patch  contact_note
  contacts.notes.delete             delete contact_note
schemas
  contacts.schemas.get              get    contacts_schema
  contacts.schemas.list             get    contacts_schemas
  contacts.schemas.create           post   contacts_schemas
  contacts.schemas.update           put    contacts_schema
  contacts.schemas.delete           delete contacts_schema
  contacts.schemas.version          get    contacts_schema_version
  contacts.schemas.versions         get    contacts_schema_versions
  contacts.schemas.limits           get    contacts_schemas_limits
  contacts.schemas.core_types       get    contacts_schemas_coretypes
  contacts.schemas.core_type        get    contacts_schemas_coretype
journey
  contacts.sessions.list            get    contact_journey_sessions                  each_contact_session
  contacts.segments.list            get    contact_journey_segments
  contacts.segments.change          post   contact_journey_segments
bulk
  contacts.bulk.get                 post   bulk_contacts
  contacts.bulk.create              post   bulk_contacts_add
  contacts.bulk.update              post   bulk_contacts_update
  contacts.bulk.delete              post   bulk_contacts_remove
  contacts.bulk.enrich              post   bulk_contacts_enrich
  contacts.bulk.divisionviews       post   bulk_contacts_divisionviews
  contacts.bulk.unresolved          post   bulk_contacts_unresolved
divisionviews
  contacts.divisionviews.scan       get    scan_contacts_divisionviews_all           scan_contacts_divisionviews
exports
  contacts.exports.list             get    contacts_exports                          each_contact_export
  contacts.exports.create           post   contacts_exports
  contacts.exports.get              get    contacts_export
organizations
  organizations.get                 get    organization
  organizations.list                get    organizations                             each_organization
  organizations.create              post   organizations
  organizations.update              put    organization
  organizations.patch               patch  organization
  organizations.delete              delete organization
  organizations.scan                get    scan_organizations                        scan_organizations
  organizations.contacts            get    organization_contacts                     each_organization_contact
  organizations.relationships       get    organization_relationships                each_organization_relationship
identities
  organizations.enrich              post   organizations_enrich
  organizations.identifiers.list    get    organization_identifiers
  organizations.identifiers.change  patch  organization_identifiers
notes
  organizations.notes.get           get    organization_note
  organizations.notes.list          get    organization_notes                        each_organization_note
  organizations.notes.create        post   organization_notes
  organizations.notes.update        put    organization_note
  organizations.notes.patch         patch  organization_note
  organizations.notes.delete        delete organization_note
schemas
  organizations.schemas.get         get    organizations_schema
  organizations.schemas.list        get    organizations_schemas
  organizations.schemas.create      post   organizations_schemas
  organizations.schemas.update      put    organizations_schema
  organizations.schemas.version     get    organizations_schema_version
  organizations.schemas.versions    get    organizations_schema_versions
  organizations.schemas.limits      get    organizations_schemas_limits
  organizations.schemas.core_types  get    organizations_schemas_coretypes
  organizations.schemas.core_type   get    organizations_schemas_coretype
trustors
  organizations.trustor.set         put    organization_trustor_trustor_id
  organizations.trustor.clear       delete organization_trustor
bulk
  organizations.bulk.get            post   bulk_organizations
  organizations.bulk.create         post   bulk_organizations_add
  organizations.bulk.update         post   bulk_organizations_update
  organizations.bulk.delete         post   bulk_organizations_remove
  organizations.bulk.enrich         post   bulk_organizations_enrich
  organizations.bulk.divisionviews  post   bulk_organizations_divisionviews
divisionviews
  organizations.divisionviews.scan  get    scan_organizations_divisionviews_all      scan_organizations_divisionviews
exports
  organizations.exports.list        get    organizations_exports                     each_organization_export
  organizations.exports.create      post   organizations_exports
  organizations.exports.get         get    organizations_export
relationships
  relationships.get                 get    relationship
  relationships.create              post   relationships
  relationships.update              put    relationship
  relationships.patch               patch  relationship
  relationships.delete              delete relationship
  relationships.scan                get    scan_relationships                        scan_relationships
bulk
  relationships.bulk.get            post   bulk_relationships
  relationships.bulk.create         post   bulk_relationships_add
  relationships.bulk.update         post   bulk_relationships_update
  relationships.bulk.delete         post   bulk_relationships_remove
divisionviews
  relationships.divisionviews.scan  get    scan_relationships_divisionviews_all      scan_relationships_divisionviews
exports
  relationships.exports.list        get    relationships_exports                     each_relationship_export
  relationships.exports.create      post   relationships_exports
  relationships.exports.get         get    relationships_export
notes
  notes.scan                        get    scan_notes                                scan_notes
bulk
  notes.bulk.get                    post   bulk_notes
  notes.bulk.create                 post   bulk_notes_add
  notes.bulk.update                 post   bulk_notes_update
  notes.bulk.delete                 post   bulk_notes_remove
divisionviews
  notes.divisionviews.scan          get    scan_notes_divisionviews_all              scan_notes_divisionviews
exports
  notes.exports.list                get    notes_exports                             each_note_export
  notes.exports.create              post   notes_exports
  notes.exports.get                 get    notes_export
conversations
  conversations.associate           put    conversation
lookup
  lookup.reverse                    get    reversewhitepageslookup
  lookup.contact                    post   identifierlookup_contacts
  lookup.organization               post   identifierlookup_organizations
  lookup.identifier                 post   identifierlookup
external_sources
  external_sources.list             get    externalsources                           each_external_source
  external_sources.get              get    externalsource
  external_sources.create           post   externalsources
  external_sources.update           put    externalsource
  external_sources.delete           delete externalsource
imports
  imports.jobs.list                 get    import_jobs                               each_import_job
  imports.jobs.get                  get    import_job
  imports.jobs.create               post   import_jobs
  imports.jobs.change               put    import_job
  imports.settings.list             get    import_settings                           each_import_settings
  imports.settings.get              get    import_setting
  imports.settings.create           post   import_settings
  imports.settings.update           put    import_setting
  imports.settings.delete           delete import_setting
  imports.csv.uploads.create        post   import_csv_uploads
  imports.csv.uploads.details       get    import_csv_upload_details
  imports.csv.uploads.preview       get    import_csv_upload_preview
  imports.csv.settings.list         get    import_csv_settings                       each_csv_settings
  imports.csv.settings.get          get    import_csv_setting
  imports.csv.settings.create       post   import_csv_settings
  imports.csv.settings.update       put    import_csv_setting
  imports.csv.settings.delete       delete import_csv_setting
  imports.csv.jobs.create           post   import_csv_jobs
settings
  settings.get                      get    settings
  settings.update                   put    settings
  settings.delete                   delete settings
graphs
  graphs.scans.list                 get    graphs_clusterscans                       each_cluster_scan
  graphs.scans.get                  get    graphs_clusterscan
  graphs.scans.statistics           get    graphs_clusterscan_statistics
  graphs.scans.latest               get    graphs_clusterscans_latest
  graphs.scans.latest_statistics    get    graphs_clusterscans_latest_statistics
  graphs.clusters.list              get    graphs_clusterscan_clusters               each_cluster
  graphs.clusters.get               get    graphs_clusterscan_cluster
  graphs.clusters.merge             put    graphs_clusterscan_cluster_merge
  graphs.settings.get               get    graphs_settings
  graphs.settings.update            put    graphs_settings
]]

---@class extcontacts.OperationNames
---@field list string[] specified names, in order
---@field shorts string[] short names, in the same order
---@field by_short table<string, string> short name → specified name
---@field file_of table<string, string> specified name → the file with its row
---@field by_iterator table<string, string> iterator → specified name of its listing
local names = { list = {}, shorts = {}, by_short = {}, file_of = {}, by_iterator = {} }

local file
for line in TEXT:gmatch "[^\n]+" do
  local first, method, rest, iterator = line:match "^%s*(%S+)%s*(%S*)%s*(%S*)%s*(%S*)$"
  if method == "" then
    file = first
  else
    local index, name = #names.list + 1, method .. "_externalcontacts_" .. rest
    names.list[index], names.shorts[index] = name, first
    names.by_short[first], names.file_of[name] = name, file
    if iterator ~= "" then
      names.by_iterator[iterator] = name
    end
  end
end

return names
