-- Which field each column of a spreadsheet holds.
local header_map = require "extcontacts.record.header_map"

-- The fields of the columns, "?" for an unknown one and "-" for one that is not imported; and the problems.
local function mapped(header, options)
  local list, problems = header_map.of(header, options)
  local fields = {}
  for index, entry in ipairs(list) do
    fields[index] = entry.field or entry.how and "-" or "?"
  end
  return fields, problems, list
end

local function fields_of(header, options)
  local fields, problems = mapped(header, options)
  assert.same({}, problems)
  return fields
end

describe("the map of a header", function()
  it("knows names in four languages, whatever their case, accents and punctuation", function()
    local expected = { "salutation", "firstName", "lastName", "externalOrganization.name", "address.address1",
      "address.postalCode", "address.city", "address.countryCode", "workEmail", "workPhone", "cellPhone" }
    assert.same(expected, fields_of { "Anrede", "Vorname", "Nachname", "Firma", "Straße", "PLZ", "Ort", "Land",
      "E-Mail", "Telefon", "Handy" })
    assert.same(expected, fields_of { "ANREDE", "vor-name", "NACHNAME ", "firma:", "STRASSE", "p.l.z.", "ORT", "land",
      "e mail", "Telefon (geschäftlich)", "Mobiltelefon" })
    assert.same(expected, fields_of { "Civilité", "Prénom", "Nom", "Société", "Adresse", "Code postal", "Ville", "Pays",
      "Courriel", "Téléphone", "Portable" })
    assert.same(expected, fields_of { "tratamiento", "NOMBRE", "Apellidos", "Empresa", "Calle", "Codigo postal",
      "Ciudad", "Pais", "Correo electrónico", "Telefono", "Movil" })
    assert.same(expected, fields_of { "Salutation", "First Name", "Last Name", "Company", "Street", "Zip", "City",
      "Country", "Email", "Phone", "Mobile" })
  end)

  it("knows the exports of Outlook, Google, Salesforce and HubSpot", function()
    assert.same({ "salutation", "firstName", "middleName", "lastName", "externalOrganization.name", "title",
      "address.address1", "address.city", "address.state", "address.postalCode", "address.countryCode", "workPhone",
      "otherPhone", "homePhone", "cellPhone", "workEmail", "personalEmail", "otherEmail" }, fields_of { "Title",
      "First Name", "Middle Name", "Last Name", "Company", "Job Title", "Business Street", "Business City",
      "Business State", "Business Postal Code", "Business Country/Region", "Business Phone", "Business Phone 2",
      "Home Phone", "Mobile Phone", "E-mail Address", "E-mail 2 Address", "E-mail 3 Address" })
    assert.same({ "-", "firstName", "middleName", "lastName", "workEmail", "personalEmail",
      "externalOrganization.name", "title" }, fields_of { "Name", "Given Name", "Additional Name", "Family Name",
      "E-mail 1 - Value", "E-mail 2 - Value", "Organization 1 - Name", "Organization 1 - Title" })
    assert.same({ "salutation", "firstName", "lastName", "title", "externalOrganization.name", "address.address1",
      "address.city", "address.state", "address.postalCode", "address.countryCode", "workPhone", "cellPhone",
      "workEmail" },
      fields_of { "Salutation", "First Name", "Last Name", "Title", "Account Name", "Mailing Street", "Mailing City",
        "Mailing State/Province", "Mailing Zip/Postal Code", "Mailing Country", "Phone", "Mobile", "Email" })
    assert.same({ "externalId", "firstName", "lastName", "workEmail", "workPhone", "cellPhone",
      "externalOrganization.name" }, fields_of { "Record ID - Contact", "First Name", "Last Name", "Email",
      "Phone Number", "Mobile Phone Number", "Company Name" })
  end)

  it("decides on names that depend on other columns, and on no others", function()
    assert.same({ "firstName", "lastName" }, fields_of { "Vorname", "Name" })
    assert.same({ "-", "firstName", "lastName" }, fields_of { "Anzeigename", "Vorname", "Nachname" })
    assert.same({ "?", "workEmail" }, fields_of { "Name", "Email" })
    assert.same({ "?" }, fields_of { "Nombre" })
    assert.same({ "title" }, fields_of { "Title" })
    assert.same({ "title", "salutation" }, fields_of { "Position", "Title" })
    assert.same({ "salutation", "title", "?" }, fields_of { "Anrede", "Position", "Titel" })
    local _, _, list = mapped { "Name", "Geburtstag" }
    assert.matches("a full name is not split", list[1].hint, 1, true)
    assert.equal(2, #header_map.unknown(list))
  end)

  it("takes names of fields and custom fields, and what the caller maps or ignores", function()
    assert.same({ "id", "workPhone.e164", "customFields.tier_text", "customFields.tier_integer", "title",
      "externalOrganization.externalId" }, fields_of { "id", "workPhone.e164", "customFields.tier_text", "tier_integer",
      "title", "externalOrganization.externalId" })
    assert.same({ "lastName", "workEmail", "-", "-", "-" }, fields_of({ "Name", "a=b", "Notiz", "import_row",
      "import_reason" }, { map = { name = "lastName", ["a=b"] = " workEmail " }, ignore = { "NOTIZ" } }))
    assert.same({ "?", "?" }, fields_of { "=1+1", "!!" })
  end)

  it("names both columns of one field, and wrong names", function()
    local _, problems = mapped { "Phone", "Business Phone", "Company", "Account ID" }
    assert.same({ "columns 'Phone' and 'Business Phone' both set workPhone; map one of them to another field, or "
      .. "ignore it", "columns 'Company', 'Account ID' all name the organization; ignore all but one" }, problems)
    _, problems = mapped({ "Foo" }, { map = { Foo = "workEmial", Fooo = "title" }, ignore = { "Bar" } })
    table.sort(problems)
    assert.same({ "column 'Foo': unknown field 'workEmial', did you mean 'workEmail'?",
      "unknown column 'Bar' (known: Foo) (ignored)", "unknown column 'Fooo', did you mean 'Foo'?" }, problems)
  end)
end)
