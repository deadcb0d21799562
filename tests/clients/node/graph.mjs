// @azure/identity and @microsoft/microsoft-graph-client: a program that administers the directory.
import { AuthorizationCodeCredential, ClientSecretCredential } from "@azure/identity";
import { Client, GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { converse } from "./conversation.mjs";

await converse(async ({ tenantId, clientId, clientSecret, baseUrl, redirectUri, code }) => {
  const options = { authorityHost: baseUrl, disableInstanceDiscovery: true };
  const credential = code
    ? new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, redirectUri, options)
    : new ClientSecretCredential(tenantId, clientId, clientSecret, options);
  const scopes = code ? ["User.Read"] : ["https://graph.microsoft.com/.default"];
  const graph = Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes }),
    baseUrl,
    customHosts: new Set([new URL(baseUrl).hostname]),
  });

  return {
    get: ({ path }) => graph.api(path).get(),
    me: () => graph.api("/me").get(),
    invite: ({ address }) =>
      graph.api("/invitations").post({ invitedUserEmailAddress: address, inviteRedirectUrl: redirectUri }),
    everyPage: async ({ top }) => {
      const names = [];
      const page = await graph.api("/users").top(top).select("userPrincipalName").get();
      const pages = page["@odata.nextLink"] !== undefined;
      await new PageIterator(graph, page, (user) => names.push(user.userPrincipalName) > 0).iterate();
      return { names, pages };
    },
    refusal: async ({ path }) => {
      try {
        await graph.api(path).get();
        return null;
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        return { statusCode: error.statusCode, code: error.code, requestId: error.requestId };
      }
    },
  };
});
