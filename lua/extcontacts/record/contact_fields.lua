--- The fields by which a contact is known: its addresses and the parts of its name.

return {
  emails = { "workEmail", "personalEmail", "otherEmail" },
  phones = { "workPhone", "cellPhone", "homePhone", "otherPhone" },
  names = { "firstName", "middleName", "lastName" },
  --- The same e-mail fields, by name.
  is_email = { workEmail = true, personalEmail = true, otherEmail = true },
}
