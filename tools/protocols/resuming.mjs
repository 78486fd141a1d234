// Clients whose token ends go on with another: `node resuming.mjs URL SUBSCRIPTION TOKEN FRESH_TOKEN`.
// Prints each answer that graphql-sse and graphql-ws are told, with the client's name.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";

const [url, query, ...tokens] = process.argv.slice(2);

function authorizing() {
  const left = [...tokens];
  return () => ({ Authorization: `Bearer ${left.length > 1 ? left.shift() : left[0]}` });
}

const tell = (client, answer) => console.log(JSON.stringify({ client, answer }));

// The stream's last answer says that the token has ended: whoever wants more subscribes again.
async function overEventStreams() {
  const client = createSseClient({ url, headers: authorizing() });
  for (;;) for await (const answer of client.iterate({ query })) tell("sse", answer);
}

// The socket's close code does: the client connects again by itself, and its subscription goes on.
async function overAWebSocket() {
  const client = createWsClient({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: authorizing(),
    retryWait: async () => {},
  });
  for await (const answer of client.iterate({ query })) tell("ws", answer);
}

await Promise.all([overEventStreams(), overAWebSocket()]);
