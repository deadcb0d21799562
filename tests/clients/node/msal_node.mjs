// @azure/msal-node: a confidential client with authorization code, PKCE, silent renewal and its own tokens.
import { ConfidentialClientApplication, CryptoProvider } from "@azure/msal-node";
import { converse } from "./conversation.mjs";

await converse(async ({ clientId, clientSecret, authority, redirectUri }) => {
  const client = new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority, knownAuthorities: [new URL(authority).host] },
  });
  const scopes = ["User.Read"];
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();

  return {
    authorizationUrl: ({ loginHint, nonce, state }) =>
      client.getAuthCodeUrl({
        scopes, redirectUri, loginHint, nonce, state,
        responseMode: "form_post", codeChallenge: challenge, codeChallengeMethod: "S256",
      }),
    redeem: async ({ parameters, nonce, state }) => {
      const request = { scopes, redirectUri, code: parameters.code, codeVerifier: verifier, nonce, state };
      return told(await client.acquireTokenByCode(request, parameters));
    },
    silent: async ({ forceRefresh }) => {
      const [account] = await client.getTokenCache().getAllAccounts();
      return told(await client.acquireTokenSilent({ account, scopes, forceRefresh }));
    },
    own: async ({ scope }) => told(await client.acquireTokenByClientCredential({ scopes: [scope] })),
    refused: async ({ scope }) => {
      try {
        return told(await client.acquireTokenByClientCredential({ scopes: [scope] }));
      } catch (error) {
        return { errorCode: error.errorCode, numbers: error.errorMessage };
      }
    },
  };
});

function told({ accessToken, idTokenClaims, fromCache, account }) {
  return { accessToken, idTokenClaims, fromCache, account: account && { id: account.homeAccountId, username: account.username } };
}
