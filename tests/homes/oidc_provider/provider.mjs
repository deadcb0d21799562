// An OpenID Provider on a free port of this machine. Settings come as one JSON line; after it, the line "roll" makes
// it sign with a new key and publish that one only. Each line is answered by one. It ends with its input.
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import readline from 'node:readline';
import { Provider } from 'oidc-provider';

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const settings = JSON.parse((await lines.next()).value);
let handler;
const server = http.createServer((request, response) => handler(request, response));
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://localhost:${server.address().port}`;

let keys = 0;
function start() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  keys += 1;
  const provider = new Provider(issuer, {
    clients: settings.clients,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: `key-${keys}`, use: 'sig', alg: 'RS256' }] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['only for tests'] },
    findAccount: (context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...settings.people[id] }),
    }),
  });
  handler = provider.callback();
}

start();
console.log(JSON.stringify({ issuer }));
for await (const line of lines) {
  if (line === 'roll') start();
  console.log(JSON.stringify({ keys }));
}
server.close();
process.exit(0);
