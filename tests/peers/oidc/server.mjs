// The npm package `oidc-provider` as a provider that the tests connect to: on a port of its own of this machine, with
// the clients, the small API and the faults that they need. It prints one line of JSON once it listens, and ends with
// its standard input.
//
// What is not the package's own stands under /peer: what was asked and answered, faults to come, tokens to drop.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

// The package wants Node 22 for this one function.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
// Its warnings are about use in production.
console.warn = console.info = () => {};

const { default: Provider } = await import('oidc-provider');

const CALLBACK = 'http://127.0.0.1:9/callback';
const pem = (type, options) => {
  const pair = generateKeyPairSync(type, options);
  return {
    secret: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    jwk: pair.publicKey.export({ format: 'jwk' }),
  };
};
const keys = { rs256: pem('rsa', { modulusLength: 2048 }), es256: pem('ec', { namedCurve: 'P-256' }) };

const person = {
  redirect_uris: [CALLBACK],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
};
const service = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
const signing = (name, alg) => ({
  ...service,
  client_id: `service-${name}`,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: alg,
  jwks: { keys: [{ ...keys[name].jwk, kid: name, alg, use: 'sig' }] },
});

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    { ...person, client_id: 'web', client_secret: 'web-secret', token_endpoint_auth_method: 'client_secret_post' },
    { ...person, client_id: 'native', application_type: 'native', token_endpoint_auth_method: 'none' },
    // Every character of these means something in a form, in Basic, or in a URL (RFC 6749, 2.3.1).
    { ...service, client_id: 'svc 1:a+b%c', client_secret: 'p@ss w0rd:+/%&=?"~', token_endpoint_auth_method: 'client_secret_basic' },
    { ...service, client_id: 'service-post', client_secret: '+%&= secret', token_endpoint_auth_method: 'client_secret_post' },
    signing('rs256', 'RS256'),
    signing('es256', 'ES256'),
    {
      client_id: 'television', token_endpoint_auth_method: 'none', application_type: 'native',
      redirect_uris: [], response_types: [],
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    },
  ],
  scopes: ['openid', 'offline_access', 'email', 'read', 'write'],
  claims: { openid: ['sub'], email: ['email'] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
  pkce: { required: () => true },
  // As the strictest providers do: whatever the client, and however young the token.
  rotateRefreshToken: () => true,
  cookies: { keys: ['the tests'] },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    registration: { enabled: true },
    revocation: { enabled: true },
  },
});

const tokens = new Set();
const log = [];
const faults = [];
for (const kind of ['access_token', 'client_credentials']) provider.on(`${kind}.saved`, (token) => tokens.add(token));

const control = {
  'GET /peer/log': () => log,
  // The next request of this path is answered so; or it is carried out, and its answer is lost.
  'POST /peer/fault': (body) => void faults.push(body),
  // Every access token is dropped, as if the provider had tired of it. What renews it stays.
  'POST /peer/drop': async () => {
    await Promise.all([...tokens].map((token) => token.destroy()));
    tokens.clear();
  },
};

const read = async (request) => {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? undefined : JSON.parse(text);
};

/** Who may use the small API: a token of a person or of a client, sent as it was given out. */
const whoami = async (ctx) => {
  const [scheme, value] = ctx.get('authorization').split(' ');
  const found = scheme === 'Bearer'
    && ((await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value)));
  ctx.status = found ? 200 : 401;
  ctx.body = found
    ? { client: found.clientId, sub: found.accountId ?? null, scope: found.scope ?? null }
    : { error: 'invalid_token' };
};

const own = async (ctx) => {
  switch (ctx.path) {
    case '/api/whoami':
      return whoami(ctx);
    // What a server of resources says of itself (RFC 9728).
    case '/.well-known/oauth-protected-resource/api':
      ctx.body = { resource: `${issuer}/api`, authorization_servers: [issuer] };
      return undefined;
    default:
      return null;
  }
};

provider.use(async (ctx, next) => {
  const command = control[`${ctx.method} ${ctx.path}`];
  if (command) {
    ctx.body = (await command(await read(ctx.req))) ?? {};
    return;
  }
  const place = faults.findIndex((fault) => fault.path === ctx.path);
  const fault = place < 0 ? undefined : faults.splice(place, 1)[0];
  if (fault && !fault.lost) {
    ctx.status = fault.status;
    ctx.body = fault.body;
  } else if ((await own(ctx)) === null) {
    await next();
  }
  log.push({
    method: ctx.method, path: ctx.path, query: ctx.querystring, authorization: ctx.get('authorization'),
    form: ctx.oidc?.body ?? null, status: ctx.status, answer: ctx.body ?? null,
  });
  if (fault?.lost) ctx.req.socket.destroy();
});

server.on('request', provider.callback());
console.log(JSON.stringify({
  issuer, callback: CALLBACK, rs256: keys.rs256.secret, es256: keys.es256.secret,
}));
process.stdin.on('end', () => process.exit(0)).resume();
