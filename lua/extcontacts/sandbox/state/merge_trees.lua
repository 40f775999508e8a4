--- The trees of merged contacts.  A merge makes its contacts the ancestors of a new
-- one; the last one of a tree is the canonical contact.  Ancestors keep their
-- indexes, so that their ids still lead to them.

local dataset = require "extcontacts.sandbox.state.dataset"
local json = require "extcontacts.base.json"

local merge_trees = {}

---@class extcontacts.sandbox.Merged
---@field into integer|nil index of the contact that this one was merged into
---@field from integer[]|nil indexes of the contacts that were merged into this one
---@field text string|nil of an ancestor: its JSON before the merge

local function nodes()
  return dataset.merged_contacts
end

--- Whether a contact was merged into another one.
---@param index integer
---@return boolean
function merge_trees.is_ancestor(index)
  local node = nodes()[index]
  return node ~= nil and node.into ~= nil
end

--- The canonical contact of a tree; of a contact that was never merged, itself.
---@param index integer
---@return integer
function merge_trees.canonical(index)
  local node = nodes()[index]
  while node and node.into do
    index = node.into
    node = nodes()[index]
  end
  return index
end

--- A contact and all its ancestors, the contact first.
---@param index integer
---@return integer[]
function merge_trees.members(index)
  local members, at = { index }, 1
  while members[at] do
    local node = nodes()[members[at]]
    for _, ancestor in ipairs(node and node.from or {}) do
      members[#members + 1] = ancestor
    end
    at = at + 1
  end
  return members
end

local function references(indexes)
  local contacts, list = dataset.collections.contact, json.array {}
  for position, index in ipairs(indexes) do
    local id = contacts:id(index)
    list[position] = { id = id, selfUri = dataset.base_path .. "contacts/" .. id }
  end
  return list
end

--- Adds the fields that describe its tree to a contact.
---@param index integer
---@param record table changed in place
---@return table record
function merge_trees.describe(index, record)
  local node = nodes()[index]
  if node then
    local canonical = merge_trees.canonical(index)
    record.canonicalContact = references({ canonical })[1]
    record.mergeSet = references(merge_trees.members(canonical))
    record.mergedFrom = node.from and references(node.from) or nil
    record.mergedTo = node.into and references({ node.into })[1] or nil
  end
  return record
end

--- An ancestor's JSON, with its tree as it is now.
---@param index integer
---@return string|nil text nil if the contact is no ancestor
function merge_trees.text(index)
  local node = nodes()[index]
  local text = node and node.text
  return text and assert(json.encode(merge_trees.describe(index, assert(json.decode(text))))) or nil
end

--- Notes that contacts were merged.
---@param ancestors integer[] they still exist
---@param index integer the new contact
function merge_trees.add(ancestors, index)
  local contacts = dataset.collections.contact
  nodes()[index] = { from = ancestors }
  for _, ancestor in ipairs(ancestors) do
    local node = nodes()[ancestor] or {}
    node.into, node.text = index, contacts:text(ancestor)
    nodes()[ancestor] = node
  end
end

--- Forgets the tree of a canonical contact, which is about to be deleted.
---@param index integer
---@return integer[] ancestors
function merge_trees.remove(index)
  local members = merge_trees.members(index)
  for _, member in ipairs(members) do
    nodes()[member] = nil
  end
  table.remove(members, 1)
  return members
end

return merge_trees
