--- Certificates for TLS: a CA for this run, and a server certificate for
-- localhost and 127.0.0.1.

local files = require "extcontacts.base.files"
local shell = require "extcontacts.base.shell"
local shell_output = require "extcontacts.sandbox.launch.shell_output"

-- Runs in the sandbox's directory.
local SCRIPT = [[
  set -e
  cat >openssl.conf <<'END'
[req]
distinguished_name = name
prompt = no
[name]
CN = extcontacts sandbox
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
END
  new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
  new_key ca.key
  new_key server.key
  openssl req -x509 -new -key ca.key -days 30 -subj "/CN=extcontacts sandbox CA" \
    -config openssl.conf -extensions ca -out ca.pem
  openssl req -new -key server.key -subj "/CN=localhost" -config openssl.conf -out server.csr
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
    -extfile openssl.conf -extensions server -out server.pem
]]

--- Creates `ca.pem`, `server.pem` and `server.key` in a directory.
---@param directory string
---@return boolean|nil ok
---@return string|nil message
local function certificates(directory)
  local command = ("cd %s && {\n%s} >openssl.log 2>&1 && echo created"):format(shell.quoted(directory), SCRIPT)
  if shell_output(command) then
    return true
  end
  return nil, "openssl could not create the certificates:\n" .. (files.read(directory .. "/openssl.log") or "")
end

return certificates
