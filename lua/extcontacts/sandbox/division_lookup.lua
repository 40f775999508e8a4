--- GET /api/v2/authorization/divisions/{id}, which is not among the operations of
-- External Contacts, as a row of the table.  Every token may call it.

return {
  short = "division.get",
  method = "GET",
  path = "/api/v2/authorization/divisions/{divisionId}",
  params = {},
  permissions = {},
  success_status = 200,
}
