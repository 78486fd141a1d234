// One JSON object a line in, one out: {"subgraphs"} composes and loads, {"query", "variables"} asks both peers.
import { createInterface } from "node:readline";
import { composeServices } from "@apollo/composition";
import { ApolloGateway } from "@apollo/gateway";
import { createGatewayRuntime } from "@graphql-hive/gateway";
import { parse } from "graphql";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
let apollo;
let hive;

async function load(subgraphs) {
  await apollo?.gateway.stop();
  await hive?.[Symbol.asyncDispose]();
  const composed = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (composed.errors?.length) return { errors: composed.errors.map((error) => error.message) };
  const gateway = new ApolloGateway({ supergraphSdl: composed.supergraphSdl, logger: silent });
  apollo = { gateway, ...(await gateway.load()) };
  hive = createGatewayRuntime({ supergraph: composed.supergraphSdl, logging: false, maskedErrors: false });
  return { supergraph: composed.supergraphSdl };
}

async function ask(query, variables) {
  return { apollo: await answered(askApollo, query, variables), hive: await answered(askHive, query, variables) };
}

async function answered(asking, query, variables) {
  try {
    const { data, errors } = await asking(query, variables);
    return { data: data ?? null, errors: Boolean(errors?.length), first: errors?.[0]?.message };
  } catch (error) {
    return { data: null, errors: true, first: String(error) };
  }
}

async function askApollo(query, variables) {
  const document = parse(query);
  return apollo.executor({
    document,
    queryHash: query,
    request: { query, variables },
    operation: document.definitions[0],
    operationName: undefined,
    schema: apollo.schema,
    logger: silent,
    metrics: {},
    overallCachePolicy: undefined,
    cache: new Map(),
    context: {},
  });
}

async function askHive(query, variables) {
  const response = await hive.fetch("http://hive/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

for await (const line of createInterface({ input: process.stdin })) {
  const { subgraphs, query, variables } = JSON.parse(line);
  let said;
  try {
    said = subgraphs ? await load(subgraphs) : await ask(query, variables);
  } catch (error) {
    said = { errors: [String(error)] };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
