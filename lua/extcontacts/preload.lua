--- Loads what requests load on first use, such as the code for a failed answer.
-- nginx's master loads it in init_by_lua: the workers share it, no request waits
-- for a disk, and a worker whose user can't read the files of the module still has
-- all of it.  A spec keeps the list complete.
require "extcontacts.api.changes"
require "extcontacts.api.effects"
require "extcontacts.api.models.bulk"
require "extcontacts.api.models.exports"
require "extcontacts.api.models.graphs"
require "extcontacts.api.models.identities"
require "extcontacts.api.models.imports"
require "extcontacts.api.models.journey"
require "extcontacts.api.models.settings"
require "extcontacts.api.models.users"
require "extcontacts.api.operations.bulk"
require "extcontacts.api.operations.conversations"
require "extcontacts.api.operations.divisionviews"
require "extcontacts.api.operations.exports"
require "extcontacts.api.operations.external_sources"
require "extcontacts.api.operations.graphs"
require "extcontacts.api.operations.identities"
require "extcontacts.api.operations.imports"
require "extcontacts.api.operations.journey"
require "extcontacts.api.operations.schemas"
require "extcontacts.api.operations.settings"
require "extcontacts.api.operations.trustors"
require "extcontacts.api.secrets"
require "extcontacts.base.printable"
require "extcontacts.record.normalize.compositions"
require "extcontacts.record.normalize.name"
require "extcontacts.record.normalize.phone"

return true
