--- Rules that a weight alone does not overrule: what keeps two contacts from being
-- merged without a person's decision, and from being suggested at all.  Pure.
--
-- They exist because a weight adds up what a household has in common: relatives share
-- a last name, an address, a phone number and, as twins, a date of birth.

local contact_rules = {}

local function set(...)
  local out = {}
  for _, name in ipairs { ... } do
    out[name] = true
  end
  return out
end

local SAME_NAME = set("same", "same_common", "equivalent", "nickname", "swapped")
local ALIKE = set("same", "same_common", "equivalent", "nickname", "swapped", "near", "variant")
local FAMILY = set("same", "same_common", "equivalent", "swapped", "near", "shared_part")
local BIRTH = set("same", "near")
local HOME = set("same", "near")
local UNCERTAIN = set("near", "far", "swapped", "initial")
local HOUSEHOLD = set("same_household", "same_household_only")

-- What the levels of a pair say, as far as the rules ask.
local function evidence_of(l)
  local given, family = l.given_name.name, l.family_name.name
  local email, phone, birth = l.email.name, l.phone.name, l.birth_date.name
  local out = {
    given = given, family = family, birth = birth,
    personal = (email == "same" or email == "near") and 1 or 0,
    id = l.external_id.name == "same" and 1 or 0,
    phone = phone == "same" and 1 or 0,
    born = BIRTH[birth] and 1 or 0,
    home = HOME[l.address.name] or HOUSEHOLD[phone] or email == "same_household"
      or phone == "same_work" and email ~= "different",
    address = l.address.name, is_work = phone == "same_work" or phone == "same_public",
    is_bare = email == "neither" and phone == "neither",
    -- Each has an address or number of its own.
    is_apart = email == "different" or phone == "same_household_only",
  }
  -- Evidence of one person rather than of a household.
  out.strong = out.personal + out.id + out.phone + out.born
  return out
end

-- Whether a person is asked about two contacts with different first names: they are
-- twins, or one contact under a wrong name.
local function is_name_open(e)
  if e.is_apart or e.family == "different" and e.born == 0 then
    return false
  elseif e.personal + e.id > 0 then
    return true
  elseif e.born > 0 then
    return e.home or e.phone > 0 or e.address == "same_place" and FAMILY[e.family]
  end
  -- Nothing but names and one address is known of either.
  return e.is_bare and HOME[e.address] and FAMILY[e.family] and e.birth ~= "different"
end

-- Twins, couples, parents and children.
local function first_names(e)
  if e.given == "different" then
    return is_name_open(e) and "review" or "none", "different first names"
  elseif e.given == "far" and e.personal + e.id + e.born == 0 then
    if e.is_apart or not e.home or e.family == "different" then
      return "none", "different first names"
    end
    return "review", "first names differ, and a household can share the rest"
  elseif e.given == "unknown" and e.personal + e.id + e.born == 0 then
    return "review", "a first name is missing"
  elseif e.given == "initial" and e.strong == 0 then
    return "review", "a first name is an initial"
  elseif e.is_apart and UNCERTAIN[e.given] and e.personal + e.id + e.phone == 0 then
    return "review", "first names differ, and each has an address or number of its own"
  elseif e.given == "nickname" and e.strong == 0 then
    return "review", "a nickname, and a household can share the rest"
  elseif e.given == "variant" and e.personal + e.id + e.phone == 0 then
    return e.is_apart and "none" or "review", "forms of a first name, and a household can share the rest"
  elseif e.given == "near" and e.strong == 0 then
    return "review", "first names differ, and a household can share the rest"
  end
end

local function last_names(e)
  local is_renamed = SAME_NAME[e.given] and e.strong > 1 or ALIKE[e.given] and e.birth == "same" and e.home
  if e.family == "different" and not is_renamed then
    local is_open = e.strong > 0 and (ALIKE[e.given] or e.born > 0 and e.home)
      or ALIKE[e.given] and HOME[e.address] and not e.is_apart and not e.is_work
    -- Married, or mistyped; other records can tell.
    local is_one_birth = e.born > 0 and HOME[e.address] and e.given ~= "different" and not e.is_apart
    return is_open and "review" or "none", is_one_birth and "different last names, one date of birth and address"
      or "different last names"
  elseif e.family == "unknown" and (e.strong == 0 or not ALIKE[e.given]) then
    return "review", "a last name is missing"
  elseif e.family == "far" and e.strong == 0 then
    return "review", "last names differ, and a household can share the rest"
  end
end

-- Whether a person is asked about two contacts with different dates of birth: they are
-- father and son, or one of the dates is wrong.
local function is_birth_open(e)
  if e.is_apart then
    return false
  elseif ALIKE[e.given] and FAMILY[e.family] and e.personal + e.id + e.phone > 0 then
    return true
  end
  -- One of the names may be missing or misspelled.
  return e.home and e.given ~= "different" and e.family ~= "different" and (ALIKE[e.given] or FAMILY[e.family])
end

local function generations(e, l)
  if l.suffix.name == "different" then
    return "none", "different suffixes, such as Jr. and Sr."
  elseif l.suffix.name == "one_sided" and e.personal + e.id + (e.birth == "same" and 1 or 0) == 0 then
    return (e.is_apart or e.birth == "different") and "none" or "review", "only one has a suffix, such as Jr."
  elseif e.birth == "different" then
    return is_birth_open(e) and "review" or "none", "different dates of birth"
  elseif e.birth == "near" and e.is_apart and e.personal + e.id + e.phone == 0 then
    return "review", "dates of birth differ, and each has an address or number of its own"
  elseif e.birth == "partly_same" and e.personal + e.id + e.phone == 0 and not e.home then
    return "review", "different dates of birth"
  end
end

local function corroboration(e, l)
  if e.strong > 0 then
    if l.middle_name.name == "different" and e.personal + e.id == 0 and e.born == 0 then
      return "review", "different middle names"
    end
    return nil
  elseif e.home and ALIKE[e.given] and FAMILY[e.family] then
    if e.is_apart and l.address.name == "different" then
      return "none", "different people of one household or company"
    elseif e.is_apart or l.middle_name.name == "different" or l.phone.name == "different" then
      return "review", "only a household's data is the same"
    elseif not HOME[e.address] and e.given == "same_common" and e.family == "same_common" then
      return "review", "common names, and a company can share the rest"
    end
    return nil
  elseif e.is_apart or e.given == "swapped" then
    return "none", "different people, as far as the data shows"
  elseif l.address.name == "different" or l.phone.name == "different" then
    return "none", "nothing but the name in common"
  end
  return "review", "little more than the name in common"
end

-- Reasons for review that do not keep two contacts out of one cluster, if others link
-- them: a value is missing or misspelled rather than different.
local MISSING = set("a first name is missing", "a first name is an initial", "a last name is missing",
  "little more than the name in common", "first names differ, and a household can share the rest",
  "last names differ, and a household can share the rest", "different last names, one date of birth and address")

--- Whether two contacts may be in one merged cluster that others link.
---@param most "merge"|"review"|"none"
---@param reason string|nil
---@return boolean
function contact_rules.may_share_cluster(most, reason)
  return most == "merge" or most == "review" and MISSING[reason] == true
end

--- What a pair may become at most, whatever its weight is.
---@param l table<string, extcontacts.dedupe.Level> by field
---@return "merge"|"review"|"none" most
---@return string|nil reason
function contact_rules.most(l)
  local e = evidence_of(l)
  local most, reason = "merge", nil
  for _, rule in ipairs { generations, first_names, last_names, corroboration } do
    local at_most, why = rule(e, l)
    if at_most == "none" then
      return "none", why
    elseif at_most then
      most, reason = at_most, reason or why
    end
  end
  return most, reason
end

--- Whether a pair is certain enough to estimate from it how many duplicates there are:
-- both names and one identifier are the same.
---@param l table<string, extcontacts.dedupe.Level>
---@return boolean
function contact_rules.is_anchor(l)
  local e = evidence_of(l)
  return SAME_NAME[e.given] == true and SAME_NAME[e.family] == true and e.strong > 0
    and contact_rules.most(l) == "merge"
end

return contact_rules
