--- Operations on the organization's settings for external contacts.

local SINCE = "2025-05-10"

local function permissions(action)
  return { "externalContacts:settings:" .. action }
end

return {
  { "get_externalcontacts_settings", "settings.get", "GET", "/settings",
    effect = "read",
    summary = "Get settings",
    permissions = permissions "view",
    returns = "ExternalContactsSettings",
    since = SINCE,
  },
  { "put_externalcontacts_settings", "settings.update", "PUT", "/settings",
    effect = "update",
    summary = "Set settings",
    permissions = permissions "edit",
    body_model = "ExternalContactsSettings",
    body_optional = true,
    returns = "UpdatedSettingsResponse",
    other_success = 202,
    since = SINCE,
  },
  { "delete_externalcontacts_settings", "settings.delete", "DELETE", "/settings",
    effect = "delete",
    summary = "Delete settings",
    permissions = permissions "delete",
    returns = "UpdatedSettingsResponse",
    other_success = 204,
    since = SINCE,
  },
}
