// openid-client, a certified relying party for Node: discovery, code with PKCE, refresh token, userinfo, end session.
import * as client from "openid-client";
import { converse } from "./conversation.mjs";

await converse(async ({ issuer, clientId, clientSecret, redirectUri }) => {
  const config = await client.discovery(new URL(issuer), clientId, clientSecret);
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  let tokens;

  return {
    issuer: async () => config.serverMetadata().issuer,
    authorizationUrl: async ({ loginHint }) =>
      client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri, scope: "openid profile email offline_access", login_hint: loginHint,
        code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
        state, nonce,
      }).href,
    redeem: async ({ url }) => {
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      tokens = await client.authorizationCodeGrant(config, new URL(url), checks);
      return tokens.claims();
    },
    // As at the real product, the access token is Graph's, and so is the subject that userinfo tells.
    userInfo: () => client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck),
    refresh: async () => (await client.refreshTokenGrant(config, tokens.refresh_token)).access_token !== tokens.access_token,
    endSession: () =>
      client.buildEndSessionUrl(config, { post_logout_redirect_uri: redirectUri, id_token_hint: tokens.id_token }).href,
    own: async ({ scope }) => (await client.clientCredentialsGrant(config, { scope })).access_token,
    refused: async ({ url }) => {
      try {
        return await client.authorizationCodeGrant(config, new URL(url), { pkceCodeVerifier: verifier, expectedState: state });
      } catch (error) {
        return { error: error.error, description: error.error_description, code: error.code };
      }
    },
  };
});
