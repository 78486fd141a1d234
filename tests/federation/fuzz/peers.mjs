// One JSON object a line in, one out under the same "id": {"subgraphs"} composes and loads a world, {"query"} asks both
// gateways in it, and what is neither closes it. Lines do not wait for each other.
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { composeServices } from "@apollo/composition";
import { ApolloGateway } from "@apollo/gateway";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { parse, printSchema } from "graphql";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const worlds = new Map();
const PATIENCE_MS = 5000;

// Hive may fail in a promise that nobody holds: the operation is never answered then, and the process would end.
process.on("unhandledRejection", () => {});

async function open({ world, subgraphs }) {
  const composed = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (composed.errors?.length) return { refused: composed.errors.map((error) => error.message) };
  const { supergraphSdl } = composed;
  const apollo = new ApolloGateway({ supergraphSdl, logger: silent });
  const { schema, executor } = await apollo.load();
  const hive = createGatewayRuntime({ supergraph: supergraphSdl, logging: false, maskedErrors: false });
  worlds.set(world, { apollo, schema, executor, hive });
  return { supergraph: supergraphSdl, schema: printSchema(schema) };
}

async function close({ world }) {
  const { apollo, hive } = worlds.get(world) ?? {};
  worlds.delete(world);
  await apollo?.stop();
  await hive?.[Symbol.asyncDispose]();
  return {};
}

async function ask({ world, runs, query, variables, operationName }) {
  const gateways = worlds.get(world);
  const asked = (run) => ({ query, operationName, variables: "run" in variables ? { ...variables, run } : variables });
  const [apollo, hive] = await Promise.all([
    answered(askApollo(gateways, asked(runs.apollo))),
    answered(askHive(gateways, asked(runs.hive))),
  ]);
  return { apollo, hive };
}

async function answered(asking) {
  const impatient = new AbortController();
  const late = setTimeout(PATIENCE_MS, {}, { signal: impatient.signal }).catch(() => {});
  try {
    const { data, errors } = await Promise.race([asking, late]);
    if (data === undefined && !errors) return { failed: "it never answered" };
    return { data: data ?? null, errors: (errors ?? []).map((error) => error.message) };
  } catch (error) {
    return { failed: String(error) };
  } finally {
    impatient.abort();
  }
}

async function askApollo({ schema, executor }, request) {
  const document = parse(request.query);
  const { operationName } = request;
  return executor({
    document,
    queryHash: request.query,
    request,
    operation: document.definitions.find(
      ({ kind, name }) => kind === "OperationDefinition" && (!operationName || name?.value === operationName),
    ),
    operationName,
    schema,
    logger: silent,
    metrics: {},
    overallCachePolicy: undefined,
    cache: new Map(),
    context: {},
  });
}

async function askHive({ hive }, request) {
  const response = await hive.fetch("http://hive/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  return response.json();
}

async function answer({ id, ...message }) {
  const act = message.subgraphs ? open : message.query ? ask : close;
  const said = await act(message).catch((error) => ({ refused: [String(error)] }));
  process.stdout.write(JSON.stringify({ id, ...said }) + "\n");
}

for await (const line of createInterface({ input: process.stdin })) answer(JSON.parse(line));
process.exit();
