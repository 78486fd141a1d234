// Hive in front of our services: the caller's token goes on to each of them, which verifies it itself, and what they
// refuse comes back in their words: nothing is added to an error's extensions.
export const gatewayConfig = {
  subgraphErrors: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => {
      const authorization = request.headers.get("authorization");
      return authorization ? { authorization } : {};
    },
  },
};
