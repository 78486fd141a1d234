// The protocols' own clients: `node streams.mjs URL TOKEN QUERY SUBSCRIPTION`.
// Each line of standard input names one; prints what it makes of one answer and of a stream's first event.
import { createInterface } from "node:readline";

import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";

const [url, token, query, subscription] = process.argv.slice(2);
const Authorization = `Bearer ${token}`;

async function first(client, asked) {
  for await (const answer of client.iterate({ query: asked })) return answer;
}

const sse = createSseClient({ url, headers: { Authorization } });
const sseByOne = createSseClient({ url, headers: { Authorization }, singleConnection: true, lazyCloseTimeout: 500 });
const ws = createWsClient({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization },
});
const clients = { sse, sseByOne, ws };
for await (const name of createInterface({ input: process.stdin })) {
  const client = clients[name];
  console.log(JSON.stringify({ client: name, answer: await first(client, query) }));
  console.log(JSON.stringify({ client: name, event: await first(client, subscription) }));
  await client.dispose();
}
