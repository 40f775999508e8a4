// The same scan with the official JavaScript SDK for Node.js, in the directory $SDK:
//   npm install --prefix "$SDK" purecloud-platform-client-v2@262
const path = require("path");
const sdk = require(path.resolve(process.env.SDK, "node_modules", "purecloud-platform-client-v2"));

const env = process.env;

async function token() {
  const credentials = `${env.GENESYSCLOUD_OAUTHCLIENT_ID}:${env.GENESYSCLOUD_OAUTHCLIENT_SECRET}`;
  const response = await fetch(`${env.EXTCONTACTS_LOGIN_URL}/oauth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return (await response.json()).access_token;
}

async function main() {
  const client = sdk.ApiClient.instance;
  client.config.basePath = env.EXTCONTACTS_BASE_URL;
  client.setAccessToken(await token());
  const api = new sdk.ExternalContactsApi();
  let count = 0, bytes = 0, cursor;
  do {
    const page = await api.getExternalcontactsScanContacts({ limit: 200, cursor });
    for (const contact of page.entities) {
      count += 1;
      bytes += Buffer.byteLength(contact.id) + Buffer.byteLength(contact.lastName || "");
    }
    cursor = page.cursors && page.cursors.after;
  } while (cursor);
  console.log(`${count}\t${bytes}`);
}

main().catch((error) => {
  console.error(error.message || error);
  process.exit(1);
});
