--- The operation table: one row per operation with everything known about it.
-- The room `api` owns the API as data (operations, models, settings) and pure
-- functions on it: binding arguments, building requests, reading responses, and
-- the one classification of results (`outcome`).
--
-- Methods, argument checks, requests, iterators, the reference, the command's
-- help, the sandbox's routes and the specs are generated from the rows.  Each
-- resource has a file; `define` completes and checks the rows.  To add an
-- operation, add a row.

local contacts = require "extcontacts.api.operations.contacts"
local conversations = require "extcontacts.api.operations.conversations"
local define = require "extcontacts.api.operations.define"
local lookup = require "extcontacts.api.operations.lookup"
local notes = require "extcontacts.api.operations.notes"
local organizations = require "extcontacts.api.operations.organizations"
local relationships = require "extcontacts.api.operations.relationships"
local schemas = require "extcontacts.api.operations.schemas"
local trustors = require "extcontacts.api.operations.trustors"

---@class extcontacts.Operations
---@field list extcontacts.Operation[] in the order of the reference
---@field by_name table<string, extcontacts.Operation> by specified name
---@field by_short table<string, extcontacts.Operation> by short name
---@field page_window integer most records a page listing can reach: page_number * page_size

---@type extcontacts.Operations
local operations = define.operations {
  contacts, notes.of_contacts, schemas.of_contacts,
  organizations, notes.of_organizations, schemas.of_organizations, trustors,
  relationships, notes.all, conversations, lookup,
}

operations.page_window = 1000

return operations
