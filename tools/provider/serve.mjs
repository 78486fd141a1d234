// node serve.mjs '{"port": 4000, "client": {...}, "people": {"asha": {"role": "parent", "person": "..."}}}'
//
// A certified provider with a sign-in page of one field: whoever's login one types, one is. Prints a line when it serves.

import { createServer } from "node:http";
import Provider from "oidc-provider";

const asked = JSON.parse(process.argv[2]);
const head = '<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,">';
const issuer = `http://127.0.0.1:${asked.port}`;

const provider = new Provider(issuer, {
  clients: [asked.client],
  jwks: { keys: [asked.key] },
  claims: { openid: ["sub", "role", "person"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  clientDefaults: { id_token_signed_response_alg: "ES256" },
  features: {
    devInteractions: { enabled: false },
    // Its own page would load fonts from elsewhere.
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx, form) => {
        ctx.body = `${head}${form}<button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`;
      },
    },
    // Access tokens that services verify themselves, as NIVAA_JWKS_URL has it.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:nivaa",
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience: "nivaa",
        scope: "openid",
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  extraTokenClaims: (_, token) => ({ role: asked.people[token.accountId]?.role }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, login) => ({
    accountId: login,
    claims: () => ({ sub: login, ...asked.people[login] }),
  }),
  // Everybody consents.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid");
    grant.addResourceScope("urn:nivaa", "openid");
    await grant.save();
    return grant;
  },
});

const respond = provider.callback();

async function fields(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

createServer(async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return respond(request, response);
  if (request.method === "POST") {
    const login = (await fields(request)).get("login");
    return provider.interactionFinished(request, response, { login: { accountId: login } });
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(`${head}<form method="post" action="${request.url}"><label>Login <input name="login"></label><button>Go on</button></form>`);
}).listen(asked.port, "127.0.0.1", () => console.log(`serving ${issuer}`));
