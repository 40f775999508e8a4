--- Loads what requests load on first use, such as the code for a failed answer.
-- nginx's master loads it in init_by_lua: the workers share it, no request waits
-- for a disk, and a worker whose user can't read the files of the module still has
-- all of it.  A spec keeps the list complete.
require "extcontacts.api.secrets"
require "extcontacts.base.printable"
require "extcontacts.record.normalize.compositions"
require "extcontacts.record.normalize.name"
require "extcontacts.record.normalize.phone"

return true
