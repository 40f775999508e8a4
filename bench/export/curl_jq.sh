#!/bin/sh
# Writes three fields of all contacts as CSV with curl and jq: one request and one jq
# a page, the next cursor through standard error.  curl_jq.sh FOLDER
set -eu
folder=$1
token=$(curl -sf -u "$GENESYSCLOUD_OAUTHCLIENT_ID:$GENESYSCLOUD_OAUTHCLIENT_SECRET" \
  -d grant_type=client_credentials "$EXTCONTACTS_LOGIN_URL/oauth/token" | jq -r .access_token)
printf 'Authorization: Bearer %s\n' "$token" >"$folder/header"
echo id,lastName,workEmail
cursor=
while :; do
  curl -sf -G -H @"$folder/header" -d limit=200 ${cursor:+--data-urlencode "cursor=$cursor"} \
    "$EXTCONTACTS_BASE_URL/api/v2/externalcontacts/scan/contacts" >"$folder/page"
  jq -r '(.entities[] | [.id, .lastName, .workEmail] | @csv), (.cursors.after // "" | stderr | empty)' \
    "$folder/page" 2>"$folder/cursor"
  cursor=$(tr -d '"' <"$folder/cursor")
  [ -n "$cursor" ] || break
done
